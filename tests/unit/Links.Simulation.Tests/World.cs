using K8sMediaFlow.Fabric.Simulated;
using K8sMediaFlow.Links.Simulation.Tests.Network;
using K8sMediaFlow.Links.Simulation.Tests.Pods;
using K8sMediaFlow.Messages;

namespace K8sMediaFlow.Links.Simulation.Tests;

/// <summary>
/// One history: pods, their network, the faults that come, and what was promised. One seed gives one history, to the last step.
/// </summary>
/// <remarks>
/// The product's: everything of src/Links but TLS and sockets (listener, links, epochs, pump, ledgers, messages and their codecs, back-off,
/// heartbeats, the loop of turns), the simulated fabric, and of src/Staging the channels, fans, input ports and reorder windows, where
/// policies are applied. Played: threads and time, the pod network and who is who, media operators, and the sidecar's ends of links with
/// their regions and the attach.
/// </remarks>
internal sealed class World : IDisposable
{
    private const long QuietMax = 600_000 * Scheduler.Millisecond, FaultWaitMax = 6_000 * Scheduler.Millisecond;
    private const long StepsMax = 3_000_000;
    private const int LookEvery = 32;

    private static readonly bool s_isLogged = Environment.GetEnvironmentVariable("SIMULATION_LOG") is { Length: > 0 };

    private readonly List<Pod> _pods = [];
    private readonly List<LinkPlace> _links = [];
    private readonly List<EdgePlace> _edges = [];
    private readonly List<IDisposable> _kept = [];
    private readonly Dictionary<Pod, Judge> _judges = [];
    private readonly Depth _depth;
    private readonly Queue<PlannedFault> _planned;
    private readonly PlantedBug _bug;
    private readonly int _seed;
    private PlannedFault? _armed;
    private Exception? _failure;
    private ulong _numbers;
    private long _lastEventAt;
    private bool _hasDied;

    public World(int seed, PlantedBug bug = PlantedBug.None, int frames = 0, bool hasFaults = true)
    {
        (_seed, _bug) = (seed, bug);
        Scheduler = new Scheduler(seed);
        Control = new ControlNetwork(Scheduler) { Said = Said, Dialled = (from, to) => LinkBetween(from, to).At(Step.Dial) };
        Data = new DataNetwork(Scheduler);
        Scheduler.Reached = Data.Reached;
        Feed = new Feed(frames > 0 ? frames : Scheduler.Random.Next(500, 560));
        _depth = new Depth(Scheduler.Random);
        Build();
        _planned = new Queue<PlannedFault>(hasFaults ? FaultPlan.Of(seed, Feed.Frames, _links, _edges, Scheduler.Random) : []);
    }

    public Scheduler Scheduler { get; }

    public ControlNetwork Control { get; }

    public DataNetwork Data { get; }

    public Feed Feed { get; }

    public Coverage Coverage { get; } = new();

    public IReadOnlyList<Pod> Pods => _pods;

    public IEnumerable<Judge> Judges => _judges.Values;

    /// <summary>No notice was lost with a process: what was sent and what arrived were compared to the last frame.</summary>
    public bool IsAccounted => !_hasDied;

    /// <summary>Runs to the end; any broken promise throws.</summary>
    public void Run()
    {
        MonotonicClock.Virtual = () => Scheduler.Now;
        try
        {
            Begin();
            for (var count = 0; !(count % LookEvery == 0 && Look()); count++)
                Advance();
            Settle();
        }
        finally
        {
            MonotonicClock.Virtual = null;
        }
    }

    public ulong NextIncarnation() => ++_numbers;

    public void Keep(IDisposable one) => _kept.Add(one);

    public void Fail(Exception failure) => _failure ??= failure;

    public Operator MakeOperator(Pod pod, Process process, ushort life) =>
        pod.Inbound.Count == 0 ? new SourceOperator(Scheduler, process, pod, life, Feed)
        : pod.Outbound.Count == 0 ? new SinkOperator(Scheduler, process, pod, life, _judges[pod].NewLife())
        : new MiddleOperator(Scheduler, process, pod, life, copies: Scheduler.Random.Next(2) == 0);

    public void AttachSoon(Pod pod) =>
        Scheduler.After(Scheduler.Between(1, 10) * Scheduler.Millisecond, null, () => pod.TryAttach());

    public void Dispose()
    {
        foreach (var one in _kept)
            one.Dispose();
    }

    public override string ToString() =>
        string.Join(", ", _links.Select(static link => $"{link.From.Name}-{link.To.Name} {link.Edge.Policy}"));

    /// <summary>For people who look at one history.</summary>
    private void Log(string what)
    {
        if (s_isLogged)
            Console.WriteLine($"{Scheduler.Now / 1e6:0.000} ms: {what}");
    }

    private void Begin()
    {
        foreach (var pod in _pods)
        {
            Scheduler.After(Scheduler.Between(0, 20) * Scheduler.Millisecond, null, pod.StartSidecar);
            Scheduler.After(Scheduler.Between(0, 20) * Scheduler.Millisecond, null, pod.StartOperator);
        }
        _lastEventAt = Scheduler.Now;
    }

    private void Advance()
    {
        if (!Scheduler.RunOne())
            throw new InvalidOperationException($"nothing will ever happen again: {Describe()}");
        if (_failure is not null)
            throw new InvalidOperationException(_failure.Message, _failure);
        if (Scheduler.Count > StepsMax || Scheduler.Now - _lastEventAt > QuietMax)
            throw new InvalidOperationException($"a wait has no end: {Describe()}");
    }

    /// <summary>Arms the next fault when its time has come, and says whether all is over.</summary>
    private bool Look()
    {
        var isWhole = _pods.TrueForAll(static pod => pod.Operator?.AttachedTo is not null && pod.Sidecar is not null
            && pod.Sidecar.Outbound.All(static link => link.Status.State is Contract.LinkState.Ready or Contract.LinkState.Ended));
        Feed.Slowness = isWhole ? 1 : 150;
        if (_armed is not null && Scheduler.Now - _lastEventAt > FaultWaitMax)
            _armed = null;
        if (_armed is null && _planned.TryPeek(out var next) && Feed.Sent >= next.AfterFrames)
            Arm(_planned.Dequeue());
        Feed.MayGoOn = _armed is null || !_planned.TryPeek(out var behind) || Feed.Sent < behind.AfterFrames;
        return _armed is null && _planned.Count == 0 && isWhole && Feed.IsUsedUp && _pods.TrueForAll(static pod => pod.IsIdle)
            && _pods.TrueForAll(static pod => pod.Sidecar!.Outbound.All(static link => link.Status.State == Contract.LinkState.Ended));
    }

    private void Arm(PlannedFault fault)
    {
        (_armed, _lastEventAt) = (fault, Scheduler.Now);
        if (!fault.IsOfOpening)
            return;
        fault.Skips = 0;
        Control.Reset(fault.Link.From.Address, fault.Link.To.Address);
    }

    private void Reached(Step step, LinkPlace link)
    {
        if (_armed is not { } armed || armed.Step != step || armed.Link != link || armed.Skips-- > 0)
            return;
        if (!CanHappen(armed))
        {
            armed.Skips = 0;
            return;
        }
        _armed = null;
        _lastEventAt = Scheduler.Now;
        Coverage.Hit(armed.Fault, step, link.Edge.Policy);
        Scheduler.Note((int)armed.Fault);
        Log($"{armed.Fault} at {step} of {link.From.Name}-{link.To.Name}, {Feed.Sent} frames sent");
        Happen(armed.Fault, link);
    }

    private static bool CanHappen(PlannedFault planned) => planned.Fault switch
    {
        Fault.KillProducer => planned.Link.From.Operator is not null and not SourceOperator { IsEnded: true },
        Fault.KillSender => planned.Link.From.Sidecar is not null,
        Fault.KillReceiver => planned.Link.To.Sidecar is not null,
        Fault.KillConsumer or Fault.SlowConsumer => planned.Link.To.Operator is not null,
        Fault.StopSidecar => planned.Link.From.Sidecar is not null && planned.Link.To.Sidecar is not null,
        _ => true,
    };

    private void Happen(Fault fault, LinkPlace link)
    {
        switch (fault)
        {
            case Fault.KillProducer: KillOperator(link.From); break;
            case Fault.KillSender: KillSidecar(link.From); break;
            case Fault.KillReceiver: KillSidecar(link.To); break;
            case Fault.KillConsumer: KillOperator(link.To); break;
            case Fault.CutControl: Control.Reset(link.From.Address, link.To.Address); break;
            case Fault.DropWrite: link.NextWrite = SimulatedFault.Drop; break;
            case Fault.TearWrite: link.NextWrite = SimulatedFault.Torn; break;
            case Fault.LoseAfterLanding: link.NextWrite = SimulatedFault.DropAfterLanding; break;
            case Fault.HoldWrites: HoldWritesAndMaybeKill(link); break;
            case Fault.Partition: Partition(link, Milliseconds(20, 2_500)); break;
            case Fault.SlowConsumer: link.To.Operator!.PausedUntil = Scheduler.Now + Milliseconds(50, 1_500); break;
            default: Stop((Scheduler.Random.Next(2) == 0 ? link.From : link.To).Sidecar!.Process, Milliseconds(20, 4_000)); break;
        }
    }

    private long Milliseconds(int least, int most) => Scheduler.Between(least, most) * Scheduler.Millisecond;

    // What is under way of a dead sender lands behind the fence, if there is none.
    private void HoldWritesAndMaybeKill(LinkPlace link)
    {
        HoldWrites(link, Milliseconds(2, 800));
        if (Scheduler.Random.Next(2) == 0)
            Scheduler.After(Milliseconds(1, 20), null, () =>
            {
                if (link.From.Sidecar is null)
                    return;
                // Its successor's writes overtake them.
                link.CutUntil = 0;
                Log($"the sidecar of {link.From.Name} dies while its writes are held up");
                KillSidecar(link.From);
            });
    }

    private void Partition(LinkPlace link, long nanoseconds)
    {
        Control.Cut(link.From.Address, link.To.Address, nanoseconds);
        HoldWrites(link, nanoseconds);
    }

    private void HoldWrites(LinkPlace link, long nanoseconds)
    {
        link.CutUntil = Scheduler.Now + nanoseconds;
        Scheduler.After(nanoseconds, null, Data.Resume);
    }

    private void Stop(Process process, long nanoseconds) => process.StoppedUntil = Scheduler.Now + nanoseconds;

    private void KillSidecar(Pod pod)
    {
        LoseNotices(pod.Inbound.Any(static link => !link.Edge.IsKept) || pod.Edges.Exists(static edge => edge.DeadlineNs > 0));
        var sidecar = pod.Sidecar!;
        var its = sidecar.Attached;
        pod.SidecarDied();
        Die(sidecar.Process, pod.StartSidecar);
        Control.Died(sidecar.Process);
        // What an earlier life of the source had sent, no process has any more.
        if (pod.Inbound.Count == 0)
            foreach (var stream in Feed.Streams.Where(stream => pod.Operator is null || stream != Feed.Streams[^1] || its != pod.Operator))
                stream.IsCutOff = true;
        if (its is not null)
            NoticeSoon(pod, its, sidecar.Process);
        ThrowIfDead();
    }

    private void NoticeSoon(Pod pod, Operator its, Process dead) => Scheduler.After(Milliseconds(0, 3), its.Owner, () =>
    {
        if (Data.IsReading(dead))
        {
            NoticeSoon(pod, its, dead);
            return;
        }
        its.SidecarGone();
        AttachSoon(pod);
    });

    private void LoseNotices(bool hasDropped)
    {
        if (!hasDropped)
            return;
        foreach (var stream in Feed.Streams)
            stream.UnexplainedUpTo = stream.Sent;
    }

    private void KillOperator(Pod pod)
    {
        LoseNotices(pod.Edges.Exists(static edge => !edge.IsKept));
        var one = pod.Operator!;
        (one as SourceOperator)?.Dies();
        pod.OperatorDied();
        Die(one.Owner!, pod.StartOperator);
        if (pod.Sidecar is { } sidecar && sidecar.Attached == one)
            Scheduler.After(Milliseconds(0, 3), sidecar.Process, () =>
            {
                sidecar.OperatorGone(one);
                AttachSoon(pod);
            });
        ThrowIfDead();
    }

    private void Die(Process process, Action restart)
    {
        process.IsDead = _hasDied = true;
        Scheduler.Forget(process);
        Scheduler.After(Milliseconds(2, 60), null, restart);
    }

    private void ThrowIfDead()
    {
        if (Scheduler.Current is { IsDead: true })
            throw new ProcessDied();
    }

    private void Said(string from, string to, LinkMessage.Which which)
    {
        var step = which switch
        {
            LinkMessage.Which.Hello => Step.Hello,
            LinkMessage.Which.Welcome => Step.Welcome,
            LinkMessage.Which.Ready => Step.Ready,
            LinkMessage.Which.Ack => Step.Acknowledge,
            _ => (Step?)null,
        };
        if (step is { } known)
            LinkBetween(from, to).At(known);
    }

    private LinkPlace LinkBetween(string from, string to) => _links.First(link => link.From.Address == from && link.To.Address == to);

    private void Build()
    {
        var (one, other) = (FaultPlan.PolicyOf(_seed, 0), FaultPlan.PolicyOf(_seed, 1));
        switch (Scheduler.Random.Next(3))
        {
            case 0:
                BuildChain(one, other);
                break;
            case 1:
                BuildFork(one, other);
                break;
            default:
                BuildParallel(one, other);
                break;
        }
    }

    private void BuildChain(Policy one, Policy other)
    {
        var (source, middle, sink) = (MakePod("source"), MakePod("middle"), MakePod("sink"));
        sink.IsOrdered = Scheduler.Random.Next(2) == 0;
        var second = MakeEdge("second", other, 1, _depth.Of(1, 1, sink.IsOrdered));
        var first = MakeEdge("first", one, 1, _depth.Of(1, 1, isOrdered: false) + second.Alive);
        (source.PortWindow, middle.PortWindow, sink.Borrowed) = (Depth.Loans + first.Alive, Depth.Loans + second.Alive, _depth.Borrowed);
        Connect(first, source, middle);
        Connect(second, middle, sink);
        AddJudge(sink, first, second);
    }

    private void BuildFork(Policy one, Policy other)
    {
        var (source, left, right) = (MakePod("source"), MakePod("left"), MakePod("right"));
        var first = MakeEdge("first", one, 1, _depth.Of(1, 1, isOrdered: false));
        var second = MakeEdge("second", other, 1, _depth.Of(1, 1, isOrdered: false));
        source.PortWindow = Depth.Loans + (first.IsKept && second.IsKept ? first.Alive : first.Alive + second.Alive);
        (left.Borrowed, right.Borrowed) = (_depth.Borrowed, _depth.Borrowed);
        Connect(first, source, left);
        Connect(second, source, right);
        AddJudge(left, first);
        AddJudge(right, second);
    }

    private void BuildParallel(Policy one, Policy other)
    {
        var (source, left, right, sink) = (MakePod("source"), MakePod("left"), MakePod("right"), MakePod("sink"));
        sink.IsOrdered = true;
        var second = MakeEdge("second", other, 1, _depth.Of(1, 2, isOrdered: true));
        var first = MakeEdge("first", one, 2, _depth.Of(2, 1, isOrdered: false) + second.Alive);
        (source.PortWindow, sink.Borrowed) = (Depth.Loans + first.Alive, _depth.Borrowed);
        // When one of the two dies, the other has its frames too, behind younger ones that wait for them.
        left.PortWindow = right.PortWindow = Math.Max(source.PortWindow, Depth.Loans + second.Alive);
        if (second.IsKept)
            second.LandingBlocks = left.PortWindow;
        Connect(first, source, left);
        Connect(first, source, right);
        Connect(second, left, sink);
        Connect(second, right, sink);
        AddJudge(sink, first, second);
    }

    private Pod MakePod(string name)
    {
        var pod = new Pod(this, name, $"10.0.0.{_pods.Count + 1}");
        _pods.Add(pod);
        return pod;
    }

    private EdgePlace MakeEdge(string name, Policy policy, int links, int alive) =>
        new(name, policy, _depth, links, alive, Milliseconds(5, 40));

    private void Connect(EdgePlace edge, Pod from, Pod to)
    {
        var link = new LinkPlace(edge, from, to, _bug, Reached);
        _links.Add(link);
        from.Outbound.Add(link);
        to.Inbound.Add(link);
        if (!_edges.Contains(edge))
            _edges.Add(edge);
        if (!from.Edges.Contains(edge))
            from.Edges.Add(edge);
    }

    private void AddJudge(Pod sink, params EdgePlace[] way) => _judges.Add(sink, new Judge(sink, way));

    /// <summary>Everything is delivered or explained, and everything that was taken is given back.</summary>
    private void Settle()
    {
        foreach (var pod in _pods)
            pod.Operator!.Own.FreeBlocks.ShouldBe(pod.Operator.Own.Blocks, $"blocks of {pod.Name}'s media operator are not free");
        foreach (var pod in _pods)
            pod.Sidecar!.Dispose();
        foreach (var pod in _pods)
            foreach (var ingress in pod.Sidecar!.Ingresses)
                ingress.Area.FreeBlocks.ShouldBe(ingress.Area.Blocks, $"blocks of {pod.Name}'s link are not free");
        foreach (var judge in _judges.Values)
            Decide(judge);
    }

    private void Decide(Judge judge)
    {
        foreach (var stream in Feed.Streams)
            judge.Decide(stream);
        if (IsAccounted)
            judge.Account(Feed.Sent);
    }

    private static string Describe(in Contract.LinkStatus status) =>
        $"{status.State} epoch {status.Epoch}, {status.Retained} kept, {status.GrantsOutstanding} grants {status.Reason}";

    private string Describe() => $"{Feed.Sent} of {Feed.Frames} frames sent at {Scheduler.Now / Scheduler.Millisecond} ms; "
        + string.Join("; ", _pods.Select(static pod => $"{pod.Name} {(pod.Operator?.AttachedTo is null ? "not attached" : "attached")}, "
            + $"out {pod.Operator?.Out?.InFlight}, in {pod.Operator?.In?.NotDone}, links "
            + string.Join(" ", pod.Sidecar?.Outbound.Select(static link => Describe(link.Status)) ?? [])
            + $", landed {pod.Sidecar?.Ingresses.Sum(static one => one.Fan.InFlight)}"));
}
