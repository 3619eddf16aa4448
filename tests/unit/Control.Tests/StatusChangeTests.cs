using System.Diagnostics;
using K8sMediaFlow.Control.Status;

namespace K8sMediaFlow.Control.Tests;

/// <summary>When a status comes although the interval that was asked for, a minute, is not over.</summary>
public class StatusChangeTests
{
    [Fact]
    public async Task What_becomes_of_a_media_operator_is_told_at_once()
    {
        await using var control = await ControlFixture.StartAsync();
        await foreach (var _ in StatusesAsync(control, 4))
            control.Handler.Changes.Raise();
    }

    [Fact]
    public async Task However_much_changes_a_caller_is_told_no_more_often_than_it_may_ask_to_be()
    {
        await using var control = await ControlFixture.StartAsync();
        using var end = new CancellationTokenSource();
        var changing = Task.Run(() =>
        {
            while (!end.IsCancellationRequested)
                control.Handler.Changes.Raise();
        });
        var began = Stopwatch.GetTimestamp();
        await foreach (var _ in StatusesAsync(control, 5))
        {
        }
        // A timer may be early by a tick of the kernel.
        Stopwatch.GetElapsedTime(began).ShouldBeGreaterThan(4 * ControlApi.IntervalMin * 0.9);
        await end.CancelAsync();
        await changing;
    }

    [Fact]
    public async Task A_pod_of_which_only_the_end_is_awaited_tells_as_often_as_it_may()
    {
        await using var control = await ControlFixture.StartAsync();
        control.Handler.State = MediaOperatorState.Completed;
        await foreach (var _ in StatusesAsync(control, 4))
        {
        }
    }

    /// <summary>So many statuses; fails where one does not come within the patience of these tests, which is less than a minute.</summary>
    private static async IAsyncEnumerable<int> StatusesAsync(ControlFixture control, int count)
    {
        using var end = new CancellationTokenSource();
        await using var statuses = control.Client.WatchStatusAsync(ControlApi.IntervalMax, end.Token).GetAsyncEnumerator(end.Token);
        for (var number = 1; number <= count; number++)
        {
            (await statuses.MoveNextAsync().AsTask().WaitAsync(ControlFixture.Patience)).ShouldBeTrue();
            yield return number;
        }
        await end.CancelAsync();
    }
}
