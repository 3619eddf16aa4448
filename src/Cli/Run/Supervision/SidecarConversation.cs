using System.Diagnostics;
using K8sMediaFlow.Cli.Run.Preparation;
using K8sMediaFlow.Cli.Run.Processes;
using K8sMediaFlow.Control;
using StatusCode = Grpc.Core.StatusCode;

namespace K8sMediaFlow.Cli.Run.Supervision;

/// <summary>Speaks with one life of a sidecar: pushes the plan when it answers, then listens to its status.</summary>
internal sealed class SidecarConversation(PodSpec pod, SupervisedProcess process, RunState state, TaskCompletionSource firstReady)
{
    private static readonly TimeSpan RetryMin = TimeSpan.FromMilliseconds(10), RetryMax = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan StatusInterval = TimeSpan.FromMilliseconds(250);
    private long _lastAnswer = Stopwatch.GetTimestamp();
    // When the silence began; a process that has just begun has waited for nothing.
    private TimeSpan? _waitedBefore = TimeSpan.Zero;

    /// <summary>Ends when <paramref name="life"/> does. A sidecar that says nothing for long is killed.</summary>
    public async Task RunAsync(CancellationToken life)
    {
        // A status within 5 s of when it is due, else the sidecar is asked anew.
        using var client = new ControlClient(pod.Control) { Deadline = TimeSpan.FromSeconds(5) };
        while (!life.IsCancellationRequested)
        {
            try
            {
                await TalkAsync(client, life);
            }
            catch (OperationCanceledException) when (life.IsCancellationRequested)
            {
                return;
            }
            catch (ControlException error)
            {
                if (!Forgive(error))
                    return;
            }

            // Until the process listens, refused connections are how one learns that it does not yet.
            // On a machine so slow that this takes long, asking often makes it take longer.
            var silent = Stopwatch.GetElapsedTime(_lastAnswer) / 20;
            await Task.Delay(silent < RetryMin ? RetryMin : silent < RetryMax ? silent : RetryMax, life)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task TalkAsync(ControlClient client, CancellationToken life)
    {
        await client.GetInfoAsync(life);
        await client.ApplyPlanAsync(pod.Plan, life);
        Answered();
        firstReady.TrySetResult();
        await foreach (var status in client.WatchStatusAsync(StatusInterval, life))
        {
            Answered();
            state.Board.Accept(status);
        }
    }

    private void Answered() => (_lastAnswer, _waitedBefore) = (Stopwatch.GetTimestamp(), null);

    /// <summary>Time without an answer in which the sidecar had a processor, or asked for none. Starved is not dead.</summary>
    private TimeSpan Silence()
    {
        var waited = ProcessorWait.Of(process.ProcessId);
        // Less than before where the thread that had waited longest has ended: that is no longer silence.
        var before = _waitedBefore = _waitedBefore < waited ? _waitedBefore : waited;
        return Stopwatch.GetElapsedTime(_lastAnswer) - (waited - before.Value);
    }

    private bool Forgive(ControlException error)
    {
        if (error.Status is not (StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled or StatusCode.Unknown))
        {
            state.EndWith(RunOutcome.Failed($"sidecar of pod {pod.Name} refuses: {error.Message} ({error.Status})"));
            return false;
        }

        if (Silence() < state.Spec.SilenceMax)
            return true;
        state.Notice($"sidecar of pod {pod.Name} has said nothing for {state.Spec.SilenceMax.TotalSeconds:0} s: {error.Message}");
        process.Kill();
        return false;
    }
}
