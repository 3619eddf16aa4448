using K8sMediaFlow.MediaOperators.Bridging;

namespace K8sMediaFlow.MediaOperators.Tests.Bridging;

public class PortThreadsTests
{
    [Fact]
    public async Task The_first_failure_stops_the_others_and_is_the_one_reported()
    {
        using var threads = new PortThreads(CancellationToken.None);
        threads.Start("waits", stopping =>
        {
            stopping.WaitHandle.WaitOne();
            stopping.ThrowIfCancellationRequested();
        });
        threads.Start("fails", _ => throw new InvalidDataException("the reason"));
        (await Should.ThrowAsync<InvalidDataException>(threads.WhenAllAsync())).Message.ShouldBe("the reason");
    }

    [Fact]
    public async Task All_threads_are_waited_for()
    {
        using var threads = new PortThreads(CancellationToken.None);
        var ended = 0;
        for (var thread = 0; thread < 4; thread++)
            threads.Start("counts", _ => Interlocked.Increment(ref ended));
        await threads.WhenAllAsync();
        ended.ShouldBe(4);
    }
}
