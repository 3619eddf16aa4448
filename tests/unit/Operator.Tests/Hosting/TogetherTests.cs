using K8sMediaFlow.Operator.Hosting;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Operator.Tests.Hosting;

public class TogetherTests
{
    [Fact]
    public async Task One_that_fails_ends_the_others_and_its_failure_is_what_is_told()
    {
        var ended = 0;
        async Task Loop(CancellationToken end)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            Interlocked.Increment(ref ended);
        }

        var error = await Should.ThrowAsync<InvalidDataException>(Together.RunAsync(default, Loop,
            _ => throw new InvalidDataException("no disk"), Loop).WaitAsync(Hang.Bound));
        (error.Message, ended).ShouldBe(("no disk", 2));
    }

    [Fact]
    public async Task One_that_has_done_its_part_ends_nothing()
    {
        using var end = new CancellationTokenSource();
        var loop = new TaskCompletionSource();
        var both = Together.RunAsync(end.Token, _ => Task.CompletedTask, async over => await loop.Task.WaitAsync(over));
        await Task.Delay(50);
        both.IsCompleted.ShouldBeFalse();
        loop.SetResult();
        await both.WaitAsync(Hang.Bound);
    }
}
