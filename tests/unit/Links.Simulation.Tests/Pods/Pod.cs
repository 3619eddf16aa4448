namespace K8sMediaFlow.Links.Simulation.Tests.Pods;

/// <summary>A pod: the lives of its sidecar and of its media operator.</summary>
internal sealed class Pod(World world, string name, string address)
{
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

    /// <summary>So many times longer a consumer works on a frame: where it is slow, everything before it is full.</summary>
    public int WorkTimes { get; } = world.Scheduler.Random.Next(2) == 0 ? 1 : 20;

    /// <summary>Frames of its media operator that may be sent and not done, and so its blocks.</summary>
    public int PortWindow { get; set; } = 1;

    /// <summary>Those of edges that keep every frame.</summary>
    private int WindowFrames => Math.Max(1, PortWindow - Edges.Where(static edge => !edge.IsKept).Sum(static edge => edge.Alive));

    /// <summary>Frames that its media operator works on at a time, at most.</summary>
    public int Borrowed { get; set; } = 1;

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
        var ring = new Ring(world.NextIncarnation(), Depth.CapacityOf(link.From.PortWindow), canTakeBack: !link.Edge.IsKept)
        {
            Dropped = link.Edge.Count,
        };
        world.Keep(ring);
        return ring;
    }

    public FanOut MakeFan(IFrameOwner owner)
    {
        var fan = new FanOut(owner, FanOutRetention.UntilDone, PortWindow) { WindowFrames = WindowFrames };
        foreach (var edge in Edges)
        {
            var number = fan.AddEdge(FanOutDistribution.RoundRobin, edge.AtProducer);
            foreach (var link in Outbound.Where(link => link.Edge == edge))
                link.Subscriber = fan.AddSubscriber(number);
        }
        return fan;
    }

    public FanIn MakePort() => new(new FanInOptions(Inbound.Count, IsOrdered, IsSparse: false, ReplayRuns, PatienceNs)
    {
        DeadlineNs = Inbound[0].Edge.DeadlineNs,
    });
}
