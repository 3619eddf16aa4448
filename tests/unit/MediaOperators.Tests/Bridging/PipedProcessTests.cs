using K8sMediaFlow.MediaOperators.Bridging;
using K8sMediaFlow.MediaOperators.Media;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.MediaOperators.Tests.Bridging;

public class PipedProcessTests
{
    private static readonly TimeSpan _patience = Hang.Bound;
    private static readonly PipedDescriptors _inAndOut = new([0], [1]);

    [Fact]
    public void What_goes_in_comes_out()
    {
        using var process = PipedProcess.Start("cat", [], _inAndOut);
        var sent = new byte[300_000];
        new Random(1).NextBytes(sent);
        process.Write(0, sent);
        process.CloseEnd(0);
        var received = new byte[sent.Length];
        process.Read(1, received, "what was sent").ShouldBe(sent.Length);
        received.ShouldBe(sent);
        process.Read(1, received, "the end of the stream").ShouldBe(0);
        process.WaitForSuccess(_patience);
    }

    [Fact]
    public void Extra_descriptors_reach_the_program()
    {
        using var process = PipedProcess.Start("sh", ["-c", "cat <&3 >&4"], new PipedDescriptors([3], [4]));
        process.Write(3, "frames"u8);
        process.CloseEnd(3);
        var received = new byte[100];
        process.Read(4, received, "what was sent").ShouldBe(6);
        process.WaitForSuccess(_patience);
    }

    [Fact]
    public void A_failure_is_reported_in_the_programs_own_words()
    {
        using var process = PipedProcess.Start("sh", ["-c", "echo first >&2; echo the disk is full >&2; exit 7"], _inAndOut);
        Should.Throw<MediaException>(() => process.WaitForSuccess(_patience))
            .Message.ShouldBe("sh ended with code 7: first; the disk is full");
    }

    [Fact]
    public void A_silent_death_is_reported_by_its_signal()
    {
        using var process = PipedProcess.Start("sh", ["-c", "kill -SEGV $$"], _inAndOut);
        Should.Throw<MediaException>(() => process.WaitForSuccess(_patience)).Message.ShouldBe("sh ended with signal 11: it said nothing");
    }

    [Fact]
    public void A_program_that_is_not_there_is_named() =>
        Should.Throw<MediaException>(() => PipedProcess.Start("no-such-program", [], _inAndOut))
            .Message.ShouldBe("program 'no-such-program' is not installed");

    [Fact]
    public void A_program_that_reads_no_more_is_noticed_by_the_writer()
    {
        using var process = PipedProcess.Start("true", [], _inAndOut);
        var frame = new byte[4 << 20];
        Should.Throw<PipeClosedException>(() => process.Write(0, frame));
    }

    [Fact]
    public void A_wait_for_a_silent_program_can_be_cancelled()
    {
        using var process = PipedProcess.Start("sleep", ["600"], _inAndOut);
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        var frame = new byte[10];
        Should.Throw<OperationCanceledException>(() => FramePipe.Read(process.End(1), frame, stop.Token));
    }

    [Fact]
    public void A_program_that_does_not_end_is_named_and_disposing_ends_it()
    {
        var process = PipedProcess.Start("sleep", ["600"], _inAndOut);
        Should.Throw<MediaException>(() => process.WaitForSuccess(TimeSpan.FromMilliseconds(100)))
            .Message.ShouldStartWith("sleep did not end within");
        process.Dispose();
        Should.Throw<MediaException>(() => process.WaitForSuccess(_patience)).Message.ShouldStartWith("sleep ended with signal 9");
    }
}
