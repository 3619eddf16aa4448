using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Operator.Reconcile;

/// <summary>What is to be done about a node that looks lost.</summary>
/// <param name="IsLost">Its pods are replaced.</param>
/// <param name="Look">The server is to be asked, now.</param>
/// <param name="Again">Else, when to ask again.</param>
/// <param name="Why">Else, what the wait is for.</param>
internal readonly record struct BrakeAnswer(bool IsLost, bool Look, DateTimeOffset Again, string Why);

/// <summary>
/// Between a node that looks lost and the loss of its pods, as in Kubernetes' own controllers: one that the store does not have is in
/// quarantine first; while most nodes are silent nothing is done; over the whole fleet one node in ten seconds is given up; and only after
/// the server itself was asked about it. What was given up stays so until the node is seen well. One brake serves all pipelines of a term.
/// </summary>
internal sealed class NodeBrake
{
    public static readonly TimeSpan Quarantine = TimeSpan.FromSeconds(40), Pace = TimeSpan.FromSeconds(10),
        Recheck = TimeSpan.FromSeconds(5), Glance = TimeSpan.FromSeconds(1);

    /// <summary>Every pipeline of the fleet may be waiting then; nodes that come back call theirs by themselves.</summary>
    public static readonly TimeSpan Halt = TimeSpan.FromSeconds(15);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, DateTimeOffset> _absentSince = [], _notBefore = [];
    private readonly HashSet<string> _lost = [], _looking = [];
    private DateTimeOffset _nextAt = DateTimeOffset.MinValue;

    public BrakeAnswer Ask(NodeSuspicion suspicion, FleetCount fleet, DateTimeOffset now)
    {
        lock (_lock)
        {
            if (_lost.Contains(suspicion.Node))
                return new(true, false, now, "");
            if (suspicion.SilentSince is null && AbsentSince(suspicion.Node, now) + Quarantine is var until && now < until)
                return new(false, false, until, "it may come back");
            if (fleet.Stop is { } stop)
                return new(false, false, now + Halt, $"{stop}: nothing is replaced until more of them are back");
            if (_looking.Contains(suspicion.Node))
                return new(false, false, now + Glance, "the server is asked about it");
            var at = _notBefore.TryGetValue(suspicion.Node, out var notBefore) && notBefore > _nextAt ? notBefore : _nextAt;
            if (now < at)
                return new(false, false, at, "one node is given up at a time");
            Invariant.That(now >= _nextAt);
            _nextAt = now + Pace;
            Invariant.That(_looking.Add(suspicion.Node));
            return new(false, true, now, "");
        }
    }

    /// <summary>What the server said to a look that was asked for.</summary>
    /// <param name="node">Its name.</param>
    /// <param name="isLost">It is not there, or not ready either.</param>
    /// <param name="now">The time.</param>
    public void Looked(string node, bool isLost, DateTimeOffset now)
    {
        lock (_lock)
        {
            Invariant.That(_looking.Remove(node));
            if (isLost)
                _lost.Add(node);
            else
                _notBefore[node] = now + Recheck;
        }
    }

    /// <summary>The node is there and well, or at least not silent for long: whatever was held against it is over.</summary>
    public void SeenWell(string node)
    {
        lock (_lock)
        {
            _lost.Remove(node);
            _absentSince.Remove(node);
            _notBefore.Remove(node);
        }
    }

    private DateTimeOffset AbsentSince(string node, DateTimeOffset now)
    {
        if (!_absentSince.TryGetValue(node, out var since))
            _absentSince[node] = since = now;
        return since;
    }
}
