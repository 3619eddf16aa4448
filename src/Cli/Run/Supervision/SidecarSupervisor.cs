using System.Diagnostics;
using K8sMediaFlow.Cli.Run.Preparation;
using K8sMediaFlow.Cli.Run.Processes;
using K8sMediaFlow.Control;
using K8sMediaFlow.Native;

namespace K8sMediaFlow.Cli.Run.Supervision;

/// <summary>Keeps one pod's sidecar alive, as the kubelet does, and its plan pushed, as the controller does.</summary>
internal sealed class SidecarSupervisor(PodSpec pod, RunState state) : IDisposable
{
    private const int ShortLivesMax = 6;
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(2);
    private readonly TaskCompletionSource _firstReady = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SupervisedProcess? _process;

    /// <summary>Completes when the sidecar has its plan for the first time.</summary>
    public Task FirstReady => _firstReady.Task;

    /// <summary>
    /// Starts lives of the sidecar until <paramref name="stopping"/>; the last one is left running for <see cref="StopAsync"/>.
    /// </summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var backOff = new BackOff(PauseMax);
        while (!stopping.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            _process = SupervisedProcess.Start($"sidecar of pod {pod.Name}", pod.Sidecar, _ => { });
            if (await LiveAsync(_process, stopping) is not { } exit)
                return;
            var pause = backOff.After(Stopwatch.GetElapsedTime(started));
            var sentence = $"sidecar of pod {pod.Name} ended ({exit}){LastWords.Text(_process.LastWords())}";
            if (backOff.ShortLives >= ShortLivesMax)
                state.EndWith(RunOutcome.Failed($"{sentence} - for the {backOff.ShortLives}th time in a row"));
            else
                state.Notice(sentence + "; starting it again");
            await Task.Delay(pause, stopping);
        }
    }

    /// <summary>Asks sources to end and waits for what is in flight; nothing to do for a sidecar that never had its plan.</summary>
    public async Task DrainAsync(TimeSpan limit, CancellationToken cancellation)
    {
        if (!_firstReady.Task.IsCompleted)
            return;
        try
        {
            using var client = new ControlClient(pod.Control) { Deadline = TimeSpan.FromSeconds(1) };
            await client.DrainAsync(limit, cancellation);
        }
        catch (ControlException error)
        {
            state.Notice($"pod {pod.Name} is not drained: {error.Message}");
        }
    }

    public async Task StopAsync(TimeSpan patience)
    {
        if (_process is { HasExited: false } process)
            await process.StopAsync(patience);
    }

    public void Dispose() => _process?.Dispose();

    /// <summary>How it ended; null when we were told to stop first.</summary>
    private async Task<ChildExit?> LiveAsync(SupervisedProcess process, CancellationToken stopping)
    {
        using var life = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var conversation = new SidecarConversation(pod, process, state, _firstReady);
        var talking = conversation.RunAsync(life.Token);
        try
        {
            return await process.WaitAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            return null;
        }
        finally
        {
            await life.CancelAsync();
            await talking;
        }
    }
}
