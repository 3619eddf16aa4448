using K8sMediaFlow.Links.Simulation.Tests.Faults;
using K8sMediaFlow.Links.Simulation.Tests.Running;
using K8sMediaFlow.Staging.Delivery;

namespace K8sMediaFlow.Links.Simulation.Tests.Pods;

/// <summary>A pod: the lives of its sidecar and of its media operator.</summary>
internal sealed class Pod(World world, string name, string address)
{
    private const int RingCapacity = 64;
    private const int ReplayRuns = 256;
    private const long PatienceNs = 2_000 * Scheduler.Millisecond;

    private ushort _lives;

    public World World => world;

    public string Name => name;

    public string Address => address;

    public List<LinkPlace> Inbound { get; } = [];

    public List<LinkPlace> Outbound { get; } = [];

    /// <summary>Edges that its media operator produces into.</summary>
    public List<EdgePlace> Edges { get; } = [];

    /// <summary>Restores the order of sequences.</summary>
    public bool IsOrdered { get; set; }

    public Sidecar? Sidecar { get; private set; }

    public Operator? Operator { get; private set; }

    public bool IsIdle => Sidecar is { IsIdle: true } && Operator is { IsIdle: true, AttachedTo: not null };

    public void StartSidecar()
    {
        Sidecar = new Sidecar(this, new Process($"{name}/sidecar"), ++_lives, world.NextIncarnation());
        world.AttachSoon(this);
    }

    public void StartOperator()
    {
        Operator = world.MakeOperator(this, new Process($"{name}/operator"), ++_lives);
        world.Scheduler.Add(Operator);
        world.AttachSoon(this);
    }

    /// <summary>Attaches the two, once neither takes the other for somebody who is dead.</summary>
    public bool TryAttach()
    {
        if (Sidecar is not { Attached: null } sidecar || Operator is not { AttachedTo: null } one)
            return false;
        sidecar.Attached = one;
        one.Attach(sidecar);
        return true;
    }

    public void SidecarDied() => Sidecar = null;

    public void OperatorDied() => Operator = null;

    public Ring MakeRing(LinkPlace link)
    {
        var ring = new Ring(world.NextIncarnation(), RingCapacity, canTakeBack: !link.Edge.IsKept);
        world.Keep(ring);
        return ring;
    }

    public FanOut MakeFan(IFrameOwner owner)
    {
        var fan = new FanOut(owner, FanOutRetention.UntilDone, RingCapacity);
        fan.WindowFrames = Edges.Where(static edge => edge.IsKept).Select(static edge => edge.WindowFrames).DefaultIfEmpty(8).Min();
        foreach (var edge in Edges)
        {
            var number = fan.AddEdge(edge.Distribution, edge.AtProducer);
            foreach (var link in Outbound.Where(link => link.Edge == edge))
                link.Seat = fan.AddSeat(number);
        }
        return fan;
    }

    public FanIn MakePort() => new(new FanInOptions(Inbound.Count, IsOrdered, IsSparse: false, ReplayRuns, PatienceNs)
    {
        DeadlineNs = Inbound[0].Edge.DeadlineNs,
    });
}
