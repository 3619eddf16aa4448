using K8sMediaFlow.Fabric.Simulated;

namespace K8sMediaFlow.Links.Simulation.Tests.Pods;

/// <summary>An edge of the simulated pipeline, with what it may drop.</summary>
/// <param name="name">In messages.</param>
/// <param name="policy">What it does when its consumer does not keep up.</param>
/// <param name="depth">How many frames may wait where.</param>
/// <param name="links">Consumers' pods.</param>
/// <param name="alive">Frames that may be alive in it and behind it.</param>
/// <param name="deadlineNs">Age at which frames are dropped, with the policy that has one.</param>
internal sealed class EdgePlace(string name, Policy policy, Depth depth, int links, int alive, long deadlineNs)
{
    public string Name => name;

    public Policy Policy => policy;

    public bool IsKept => policy == Policy.Block;

    public long DeadlineNs { get; } = policy == Policy.Deadline ? deadlineNs : 0;

    /// <summary>Frames that may be alive in it and behind it.</summary>
    public int Alive => alive;

    /// <summary>Blocks behind each of its links.</summary>
    public int LandingBlocks { get; set; } = Depth.Loans + alive;

    /// <summary>Sequences that it dropped anywhere, by cause.</summary>
    public Dictionary<GapCause, long> Drops { get; } = [];

    /// <summary>At the producer's port.</summary>
    public EdgePolicy? AtProducer => IsKept ? null : new EdgePolicy(Action, depth.Queue, alive, DeadlineNs);

    /// <summary>At the end of a link.</summary>
    public EdgePolicy? AtLanding => IsKept ? null : new EdgePolicy(Action, depth.Queue, alive - (depth.Wire * links), DeadlineNs);

    public void Count(GapCause cause, long sequences) => Drops[cause] = Drops.GetValueOrDefault(cause) + sequences;

    /// <summary>Whether its policy is a reason for a notice of that cause.</summary>
    public bool MayDrop(GapCause cause) => cause switch
    {
        GapCause.Dropped => Action != FullAction.Block,
        GapCause.Deadline => DeadlineNs > 0,
        _ => !IsKept,
    };

    private FullAction Action => policy switch
    {
        Policy.DropOldest => FullAction.DropOldest,
        Policy.DropNewest => FullAction.DropNewest,
        Policy.LatestOnly => FullAction.LatestOnly,
        _ => FullAction.Block,
    };
}

/// <summary>Where a link is: of which edge, between which two pods. It outlives every process at its ends.</summary>
/// <param name="edge">What may be dropped.</param>
/// <param name="from">Who sends.</param>
/// <param name="to">Who receives.</param>
/// <param name="planted">What is wrong on purpose, if anything is.</param>
/// <param name="reached">Hears of every step that is reached.</param>
internal sealed class LinkPlace(EdgePlace edge, Pod from, Pod to, PlantedBug planted, Action<Step, LinkPlace> reached)
{
    public EdgePlace Edge => edge;

    public Pod From => from;

    public Pod To => to;

    public PlantedBug Planted => planted;

    /// <summary>The consumer's number in the producer's fan.</summary>
    public int Subscriber { get; set; }

    /// <summary>What befalls the next write.</summary>
    public SimulatedFault NextWrite { get; set; }

    /// <summary>Writes are held up until then.</summary>
    public long CutUntil { get; set; }

    public void At(Step step) => reached(step, this);
}
