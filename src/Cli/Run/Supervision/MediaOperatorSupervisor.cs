using System.Diagnostics;
using K8sMediaFlow.Cli.Run.Preparation;
using K8sMediaFlow.Cli.Run.Processes;
using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Native;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Cli.Run.Supervision;

/// <summary>
/// Runs one replica of a media operator: to its end in a Batch run, in a Streaming one again after each failure that leaves its streams
/// open.
/// </summary>
internal sealed class MediaOperatorSupervisor(ReplicaSpec replica, RunState state) : IDisposable
{
    private static readonly TimeSpan PauseMax = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>How long a status may take to tell what a process said last.</summary>
    private static readonly TimeSpan StatusPatience = TimeSpan.FromSeconds(2);

    /// <summary>How long a media operator that said that it failed may take to end.</summary>
    private static readonly TimeSpan FailedPatience = TimeSpan.FromSeconds(5);
    private SupervisedProcess? _process;

    public async Task RunAsync(Task podReady, CancellationToken stopping)
    {
        await podReady.WaitAsync(stopping);
        var backOff = new BackOff(PauseMax);
        while (!state.IsEnding)
        {
            var before = Status();
            var started = Stopwatch.GetTimestamp();
            _process = SupervisedProcess.Start(replica.Name, replica.Command, Hear);
            var exit = await EndOfLifeAsync(_process, before, stopping);
            if (exit.IsSuccess && await HasCompletedAsync(stopping))
            {
                state.Complete(replica);
                return;
            }

            var failure = await ExplainAsync(exit, before, stopping);
            // After the end of its streams there is nothing that another life could go on with.
            if (state.Spec.Execution == Execution.Batch || HasCompletedSince(before))
            {
                state.EndWith(RunOutcome.Failed(failure));
                return;
            }

            state.Notice(failure + "; starting it again");
            await Task.Delay(backOff.After(Stopwatch.GetElapsedTime(started)), stopping);
        }
    }

    /// <summary>Waits for it to end by itself; for a drained run.</summary>
    public async Task WaitAsync(CancellationToken patience)
    {
        if (_process is { } process)
            await process.WaitAsync(patience);
    }

    public async Task StopAsync(TimeSpan patience)
    {
        if (_process is { HasExited: false } process)
            await process.StopAsync(patience);
    }

    public void Dispose() => _process?.Dispose();

    /// <summary>What a media operator warns of did not end it, and the user would not see it otherwise.</summary>
    private void Hear(string line)
    {
        if (line.Contains(": warning: ", StringComparison.Ordinal))
            state.Notice($"media operator {replica.Name}: {line}");
    }

    private MediaOperatorReport? Status() => state.Board.Operator(replica.Pod, replica.Operator, replica.Replica);

    private async Task<ChildExit> EndOfLifeAsync(SupervisedProcess process, MediaOperatorReport? before, CancellationToken stopping)
    {
        var exit = process.WaitAsync(stopping);
        while (!exit.IsCompleted)
        {
            if (HasFailedSince(before) && !await process.EndsWithinAsync(FailedPatience, stopping))
                process.Kill();
            await Task.WhenAny(exit, Task.Delay(Poll, stopping));
        }

        return await exit;
    }

    private bool HasFailedSince(MediaOperatorReport? before)
        => Status() is { State: MediaOperatorState.Failed } now && now.Incarnation != before?.Incarnation;

    private bool HasCompletedSince(MediaOperatorReport? before)
        => Status() is { State: MediaOperatorState.Completed } now && now.Incarnation != before?.Incarnation;

    /// <summary>
    /// Exit code 0 alone does not say that every frame was dealt with: the sidecar has to have heard it, unless it was not there to hear.
    /// </summary>
    private async Task<bool> HasCompletedAsync(CancellationToken stopping)
    {
        var ended = MonotonicClock.Nanoseconds;
        var heardBy = Sidecar()?.Incarnation;
        // A sidecar that does not answer is its supervisor's matter, which ends the run if need be.
        var change = state.Board.Changes.Next;
        while (Sidecar() is not { } sidecar || sidecar.MonotonicNanoseconds - ended < StatusPatience.TotalNanoseconds)
        {
            if (Status()?.State == MediaOperatorState.Completed)
                return true;
            await ChangeSignal.WaitAsync(change, Poll, stopping);
            change = state.Board.Changes.Next;
        }

        return Status()?.State == MediaOperatorState.Completed || (heardBy is not null && Sidecar()?.Incarnation != heardBy);
    }

    private SidecarStatus? Sidecar() => state.Board.Statuses.FirstOrDefault(status => status.Pod == replica.Pod);

    private async Task<string> ExplainAsync(ChildExit exit, MediaOperatorReport? before, CancellationToken stopping)
    {
        var asked = Stopwatch.GetTimestamp();
        while (exit.ExitCode > 0 && !HasFailedSince(before) && !HasCompletedSince(before)
            && Stopwatch.GetElapsedTime(asked) < StatusPatience)
            await Task.Delay(Poll, stopping);
        var reason = HasFailedSince(before) ? Status()!.Reason.ReplaceLineEndings(" ") : "";
        var ending = exit.IsSuccess ? "exit code 0, but it never said that it has completed" : exit.ToString();
        var words = LastWords.Text(_process!.LastWords());
        return $"media operator {replica.Name} failed ({ending})"
            + (reason.Length > 0 && !words.Contains(reason, StringComparison.Ordinal) ? $": {reason}" : "") + words;
    }
}
