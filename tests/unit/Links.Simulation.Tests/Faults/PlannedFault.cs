using K8sMediaFlow.Links.Simulation.Tests.Pods;

namespace K8sMediaFlow.Links.Simulation.Tests.Faults;

/// <summary>A fault of a history: which, where, at which step, and not before so many frames were sent.</summary>
internal sealed record PlannedFault(Fault Fault, Step Step, LinkPlace Link, int AfterFrames)
{
    /// <summary>So often the step is let pass.</summary>
    public int Skips { get; set; }

    /// <summary>A process may die of it.</summary>
    public bool Kills => Fault is Fault.KillProducer or Fault.KillSender or Fault.KillReceiver or Fault.KillConsumer or Fault.HoldWrites;

    /// <summary>Steps of opening a connection, which is opened anew for it.</summary>
    public bool IsOfOpening => Step is Step.Dial or Step.Hello or Step.Welcome or Step.Ready;
}

/// <summary>How often each fault was met at each step under each policy.</summary>
internal sealed class Coverage
{
    private readonly Dictionary<(Fault, Step, Policy), int> _hits = [];

    public static int Combinations { get; } =
        Enum.GetValues<Fault>().Length * Enum.GetValues<Step>().Length * Enum.GetValues<Policy>().Length;

    public int Total { get; private set; }

    /// <summary>The fewest hits of all combinations.</summary>
    public int Least => _hits.Count < Combinations ? 0 : _hits.Values.Min();

    public void Hit(Fault fault, Step step, Policy policy)
    {
        _hits[(fault, step, policy)] = _hits.GetValueOrDefault((fault, step, policy)) + 1;
        Total++;
    }

    public void Add(Coverage other)
    {
        foreach (var (key, count) in other._hits)
            _hits[key] = _hits.GetValueOrDefault(key) + count;
        Total += other.Total;
    }

    /// <summary>Combinations that were met less often.</summary>
    public IEnumerable<string> Below(int least) =>
        from fault in Enum.GetValues<Fault>()
        from step in Enum.GetValues<Step>()
        from policy in Enum.GetValues<Policy>()
        let count = _hits.GetValueOrDefault((fault, step, policy))
        where count < least
        select $"{fault} at {step} with {policy}: {count}";
}
