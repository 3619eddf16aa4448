using K8sMediaFlow.Cli.Run.Preparation;
using K8sMediaFlow.Cli.Top;

namespace K8sMediaFlow.Cli.Run.Supervision;

/// <summary>What the supervisors of one run share. Thread-safe.</summary>
internal sealed class RunState(RunSpec spec)
{
    private readonly TaskCompletionSource<RunOutcome> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly List<string> _notices = [];
    private readonly HashSet<string> _completed = [];

    public RunSpec Spec { get; } = spec;

    public EdgeBoard Board { get; } = new(spec.Edges);

    /// <summary>The first end that any part of the run reported; later ones are its consequences.</summary>
    public Task<RunOutcome> Outcome => _outcome.Task;

    public bool IsEnding => _outcome.Task.IsCompleted;

    /// <summary>What happened that the user should know of, in order.</summary>
    public IReadOnlyList<string> Notices
    {
        get
        {
            lock (_lock)
                return _notices.ToArray();
        }
    }

    /// <summary>Replicas that have not completed.</summary>
    public IReadOnlyList<string> Unfinished
    {
        get
        {
            lock (_lock)
                return Spec.Replicas.Select(replica => replica.Name).Where(name => !_completed.Contains(name)).ToList();
        }
    }

    public void EndWith(RunOutcome outcome) => _outcome.TrySetResult(outcome);

    public void Notice(string sentence)
    {
        lock (_lock)
            _notices.Add(sentence);
    }

    public void Complete(ReplicaSpec replica)
    {
        lock (_lock)
            _completed.Add(replica.Name);
        Board.Changes.Raise();
    }
}
