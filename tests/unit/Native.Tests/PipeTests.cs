namespace K8sMediaFlow.Native.Tests;

public sealed class PipeTests
{
    [Fact]
    public void Bytes_come_out_in_order_and_then_the_end()
    {
        using var pipe = new Pipe();
        pipe.WriteEnd.Write([1, 2, 3]).ShouldBe(3);
        pipe.WriteEnd.Dispose();
        var bytes = new byte[8];
        pipe.ReadEnd.Read(bytes).ShouldBe(3);
        bytes.ShouldBe([1, 2, 3, 0, 0, 0, 0, 0]);
        pipe.ReadEnd.Read(bytes).ShouldBe(0);
    }

    [Fact]
    public void A_write_that_nobody_reads_gives_up_and_says_how_far_it_came()
    {
        using var pipe = new Pipe();
        pipe.WriteEnd.Write(new byte[pipe.CapacityBytes + 1], timeoutMs: 20).ShouldBe(pipe.CapacityBytes);
        pipe.ReadEnd.Read(new byte[1]).ShouldBe(1);
    }

    [Fact]
    public void A_read_without_bytes_ends_when_its_time_is_up()
    {
        using var pipe = new Pipe();
        pipe.ReadEnd.Read(new byte[1], timeoutMs: 20).ShouldBe(PipeEnd.TimedOut);
    }

    [Fact]
    public void A_write_without_a_reader_says_that_nobody_reads()
    {
        using var pipe = new Pipe();
        pipe.ReadEnd.Dispose();
        var failure = Should.Throw<NativeException>(() => pipe.WriteEnd.Write([1]));
        failure.IsPeerGone.ShouldBeTrue();
        failure.Message.ShouldContain("nobody reads");
    }
}
