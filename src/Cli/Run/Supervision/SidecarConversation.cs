using System.Diagnostics;
using K8sMediaFlow.Cli.Run.Preparation;
using K8sMediaFlow.Cli.Run.Processes;
using K8sMediaFlow.Control;
using K8sMediaFlow.Native;
using StatusCode = Grpc.Core.StatusCode;

namespace K8sMediaFlow.Cli.Run.Supervision;

/// <summary>Speaks with one life of a sidecar: pushes the plan when it answers, then listens to its status.</summary>
internal sealed class SidecarConversation(PodSpec pod, SupervisedProcess process, RunState state, TaskCompletionSource firstReady)
{
    private static readonly TimeSpan RetryMin = TimeSpan.FromMilliseconds(10), RetryMax = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan StatusInterval = TimeSpan.FromMilliseconds(250);
    private readonly SilenceWatch _silence = new(state.Spec.SilenceMax, new ProcessorWait(process.ProcessId).Look);
    private long _lastAnswer = Stopwatch.GetTimestamp();
    private volatile string _obstacle = "it has not been asked yet";

    /// <summary>Ends when <paramref name="life"/> does. A sidecar that says nothing for long is killed.</summary>
    public async Task RunAsync(CancellationToken life)
    {
        var watching = WatchAsync(life);
        await TalkAsync(life);
        await watching;
    }

    private async Task TalkAsync(CancellationToken life)
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

    private void Answered()
    {
        _lastAnswer = Stopwatch.GetTimestamp();
        _silence.Answered();
    }

    /// <summary>Beside the calls, which take the longer the later the sidecar answers.</summary>
    private async Task WatchAsync(CancellationToken life)
    {
        while (!life.IsCancellationRequested)
        {
            await Task.Delay(SilenceWatch.Step, life).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (life.IsCancellationRequested || _silence.Look() is not { } finding)
                continue;
            state.Notice($"sidecar of pod {pod.Name} {finding.Sentence}: {_obstacle}");
            if (!finding.IsOver)
                continue;
            process.Kill();
            return;
        }
    }

    private bool Forgive(ControlException error)
    {
        _obstacle = error.Message;
        if (error.Status is StatusCode.Unavailable or StatusCode.DeadlineExceeded or StatusCode.Cancelled or StatusCode.Unknown)
            return true;
        state.EndWith(RunOutcome.Failed($"sidecar of pod {pod.Name} refuses: {error.Message} ({error.Status})"));
        return false;
    }
}
