using K8sMediaFlow.TestKit;

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
        var failure = Should.Throw<NativeException>(() => WriteUntilItFails(pipe.WriteEnd));
        failure.IsPeerGone.ShouldBeTrue();
        failure.Message.ShouldContain("nobody reads");
    }

    // A child that another test starts has both ends until it executes its program.
    private static void WriteUntilItFails(PipeEnd end)
    {
        for (var watch = System.Diagnostics.Stopwatch.StartNew(); watch.Elapsed < Hang.Bound; Thread.Sleep(1))
            end.Write([1], 0);
    }

    [Fact]
    public void Lent_memory_is_read_as_it_is_when_it_is_read_and_then_counts_as_read()
    {
        using var pipe = new Pipe();
        using var memory = Memory(3 * MemoryFile.PageBytes);
        pipe.WriteEnd.CanLend.ShouldBeTrue();
        memory.Span(0, 3)[1] = 1;
        pipe.WriteEnd.Lend(memory.ReadOnlySpan(0, 3)).ShouldBe(3);
        pipe.WriteEnd.UnreadBytes.ShouldBe(3);
        // A copy would not see this.
        memory.Span(0, 3)[1] = 2;
        var bytes = new byte[2];
        pipe.ReadEnd.Read(bytes).ShouldBe(2);
        (bytes[1], pipe.WriteEnd.UnreadBytes).ShouldBe(((byte)2, 1));
        pipe.ReadEnd.Read(bytes).ShouldBe(1);
        pipe.WriteEnd.UnreadBytes.ShouldBe(0);
    }

    [Fact]
    public void Lending_what_nobody_reads_gives_up_when_every_place_for_a_page_is_taken()
    {
        using var pipe = new Pipe();
        using var memory = Memory(pipe.CapacityBytes + MemoryFile.PageBytes);
        // From the middle of a page: it takes the place of a whole one.
        pipe.WriteEnd.Lend(memory.ReadOnlySpan(MemoryFile.PageBytes / 2, pipe.CapacityBytes), timeoutMs: 20)
            .ShouldBe(pipe.WriteEnd.CapacityBytes - MemoryFile.PageBytes / 2);
    }

    [Fact]
    public void Lending_without_a_reader_says_that_nobody_reads()
    {
        using var pipe = new Pipe();
        using var memory = Memory(MemoryFile.PageBytes);
        pipe.ReadEnd.Dispose();
        Should.Throw<NativeException>(() => pipe.WriteEnd.Lend(memory.ReadOnlySpan(0, 1))).IsPeerGone.ShouldBeTrue();
    }

    private static MappedMemory Memory(int lengthBytes)
    {
        using var file = MemoryFile.Create("test", lengthBytes);
        return MappedMemory.Map(file, MemoryAccess.ReadWrite);
    }
}
