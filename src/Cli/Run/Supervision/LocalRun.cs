using System.Diagnostics;
using K8sMediaFlow.Cli.Run.Preparation;
using K8sMediaFlow.Cli.Run.Processes;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Cli.Run.Supervision;

/// <summary>One run from the start of its sidecars to the end of its last process.</summary>
internal sealed class LocalRun : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(4);

    /// <summary>How long links may take to say that they are drained once every media operator has completed.</summary>
    private static readonly TimeSpan DrainedPatience = TimeSpan.FromSeconds(10);
    private readonly Dictionary<string, SidecarSupervisor> _sidecars;
    private readonly List<(ReplicaSpec Spec, MediaOperatorSupervisor Supervisor)> _operators;

    public LocalRun(RunState state)
    {
        State = state;
        _sidecars = state.Spec.Pods.ToDictionary(pod => pod.Name, pod => new SidecarSupervisor(pod, state));
        _operators = state.Spec.Replicas.Select(replica => (replica, new MediaOperatorSupervisor(replica, state))).ToList();
    }

    public RunState State { get; }

    /// <param name="interrupted">Drain and end.</param>
    /// <param name="forced">End at once.</param>
    public async Task<RunOutcome> RunAsync(CancellationToken interrupted, CancellationToken forced)
    {
        using var stopSidecars = new CancellationTokenSource();
        using var stopOperators = new CancellationTokenSource();
        await using var interruption = interrupted.Register(() => State.EndWith(RunOutcome.Interrupted()));
        var sidecars = _sidecars.Values.Select(sidecar => GuardAsync(sidecar.RunAsync(stopSidecars.Token))).ToList();
        var operators = _operators.Select(one => GuardAsync(one.Supervisor.RunAsync(_sidecars[one.Spec.Pod].FirstReady,
            stopOperators.Token))).ToList();
        var watching = GuardAsync(WatchAsync(stopOperators.Token));
        var outcome = await State.Outcome;

        await EndOperatorsAsync(outcome, forced);
        await stopOperators.CancelAsync();
        await Task.WhenAll([watching, .. operators]);
        await Task.WhenAll(_operators.Select(one => one.Supervisor.StopAsync(StopPatience)));
        await stopSidecars.CancelAsync();
        await Task.WhenAll(sidecars);
        await Task.WhenAll(_sidecars.Values.Select(sidecar => sidecar.StopAsync(StopPatience)));
        return outcome;
    }

    public void Dispose()
    {
        foreach (var (_, supervisor) in _operators)
            supervisor.Dispose();
        foreach (var sidecar in _sidecars.Values)
            sidecar.Dispose();
    }

    /// <summary>A supervisor that fails ends the run; one that is told to stop does not.</summary>
    private async Task GuardAsync(Task supervisor)
    {
        try
        {
            await supervisor;
        }
        catch (OperationCanceledException)
        {
        }
        catch (Exception error)
        {
            State.EndWith(RunOutcome.Failed(error is RunException ? error.Message : error.ToString()));
        }
    }

    private async Task EndOperatorsAsync(RunOutcome outcome, CancellationToken forced)
    {
        if (outcome.End == RunEnd.Interrupted && !forced.IsCancellationRequested)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(forced);
            patience.CancelAfter(DrainPatience + StopPatience);
            await GuardAsync(Task.WhenAll(_sidecars.Values.Select(sidecar => sidecar.DrainAsync(DrainPatience, patience.Token))));
            // What drained ends by itself, and an encoder closes its file meanwhile.
            await GuardAsync(Task.WhenAll(_operators.Select(one => one.Supervisor.WaitAsync(patience.Token))));
        }

        // A run that failed asks no process to end well: a source would end its stream, and an encoder behind it would name a file that
        // lacks the rest.
        var gentle = forced.IsCancellationRequested || outcome.End == RunEnd.Failed ? TimeSpan.Zero : StopPatience;
        await Task.WhenAll(_operators.Select(one => one.Supervisor.StopAsync(gentle)));
    }

    private async Task WatchAsync(CancellationToken stopping)
    {
        var stall = State.Spec.StallAfter is { } after ? new StallWatch(after) : null;
        var rdma = new RdmaWatch(State.Spec.PodsThatNeedRdma);
        long? completed = null;
        while (!State.IsEnding)
        {
            var change = State.Board.Changes.Next;
            if (State.Unfinished.Count == 0)
                completed ??= Stopwatch.GetTimestamp();
            if (completed is { } at && (AllFinished() || Stopwatch.GetElapsedTime(at) > DrainedPatience))
                State.EndWith(Complete());
            else if (rdma.Check(State.Board.Statuses, State.Notice) is { } unusable)
                State.EndWith(RunOutcome.Failed(unusable));
            else if (HasBegun() && stall?.Check(State.Board.Rows(), State.Board.Statuses, State.Unfinished) is { } stalled)
                State.EndWith(RunOutcome.Failed(stalled));
            else
                await ChangeSignal.WaitAsync(change, Poll, stopping);
        }
    }

    /// <summary>Sidecars that do not come up are noticed by their supervisors.</summary>
    private bool HasBegun() => State.Board.Statuses.Count == State.Spec.Pods.Count;

    private bool AllFinished() =>
        State.Board.Statuses is var statuses && statuses.Count == State.Spec.Pods.Count && statuses.All(status => status.Finished);

    /// <summary>
    /// Sinks complete at the end of their streams, so all has arrived even where a sidecar cannot say that it is drained.
    /// </summary>
    private RunOutcome Complete()
    {
        foreach (var status in State.Board.Statuses.Where(status => !status.Finished))
            State.Notice($"every media operator has completed, but pod {status.Pod} does not say that it is drained");
        return RunOutcome.Completed();
    }
}
