using K8sMediaFlow.Control.Calling;
using K8sMediaFlow.Control.Certificates;

namespace K8sMediaFlow.Control.Tests;

public sealed class GrowingDeadlineTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Every_call_that_runs_out_of_time_doubles_it_up_to_eight_times_until_one_is_answered()
    {
        var deadline = new GrowingDeadline();
        double[] seconds = [.. Enumerable.Range(0, 5).Select(_ => Next(deadline))];
        seconds.ShouldBe([1, 2, 4, 8, 8]);
        deadline.Answered();
        deadline.Of(Second).ShouldBe(Second);
    }

    [Fact]
    public async Task A_sidecar_that_needs_five_times_the_deadline_is_heard_in_the_end()
    {
        await using var control = await ControlFixture.StartAsync();
        using var hasty = control.ClientAs(control.Identities.Issue(ControllerIdentity.Uri), TestIdentities.Sidecar,
            TimeSpan.FromMilliseconds(300));
        control.Handler.OnApply = (_, cancellation) => Task.Delay(1.5 * Second, cancellation);
        var refused = 0;
        while (!await TryAsync(hasty))
            (++refused).ShouldBeLessThan(8, "it is never given the time that it needs");
        refused.ShouldBeGreaterThan(0);
    }

    private static double Next(GrowingDeadline deadline)
    {
        var now = deadline.Of(Second).TotalSeconds;
        deadline.RanOut();
        return now;
    }

    private static async Task<bool> TryAsync(ControlClient client)
    {
        try
        {
            await client.ApplyPlanAsync(ControlFixture.Plan(1), CancellationToken.None);
            return true;
        }
        catch (ControlException late) when (late.Status == Grpc.Core.StatusCode.DeadlineExceeded)
        {
            return false;
        }
    }
}
