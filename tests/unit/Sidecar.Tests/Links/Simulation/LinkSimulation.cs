namespace K8sMediaFlow.Sidecar.Tests.Links.Simulation;

/// <summary>
/// One link in virtual time: a source, two sidecars that may die, a network that may be cut, a consumer. Production code is the ledgers;
/// the rest are models. Faults come for a while, then stop: from there on everything must arrive and every account be settled.
/// </summary>
internal sealed partial class LinkSimulation
{
    private const int SmallBytes = 4096;
    private const int LargeBytes = 65536;
    private const int StepsMax = 2_000_000;

    private readonly VirtualTime _time = new();
    private readonly Random _random;
    private readonly SourceModel _source;
    private readonly ConsumerModel _consumer;
    private readonly int _frameCount;
    private readonly int _retainedMax;
    private readonly int _smallCount;
    private readonly int _largeCount;
    private readonly bool _writesInOrder;
    private readonly long _faultsUntil;
    private readonly int _faultMean;
    private SenderLife _sender;
    private ReceiverLife _receiver;
    private readonly ulong _kept;
    private ulong _lives = 1;

    /// <param name="seed">Same seed, same run.</param>
    /// <param name="kept">The consumer keeps this frame until it has had all the others.</param>
    /// <param name="frames">How many; 0 for some.</param>
    public LinkSimulation(int seed, ulong kept = 0, int frames = 0)
    {
        _random = new Random(seed);
        _kept = kept;
        _frameCount = frames > 0 ? frames : _random.Next(20, 300);
        _smallCount = _random.Next(0, 6);
        _largeCount = _random.Next(1, 6);
        _writesInOrder = _random.Next(2) == 0;
        _retainedMax = _random.Next(2, 64);
        _faultsUntil = _random.Next(0, 400_000) + (frames * 100L);
        _faultMean = _random.Next(2_000, 60_000);
        _source = new SourceModel(_frameCount, LargeBytes, _random.Next(3) == 0 ? _random.Next(5, 40) : 0);
        _consumer = new ConsumerModel(_source, _random.Next(2, 24));
        _sender = new SenderLife(_lives++);
        _receiver = NewReceiver();
    }

    public int Cuts { get; private set; }
    public int Restarts { get; private set; }
    public ulong Repeated { get; private set; }
    public ulong Stale { get; private set; }

    /// <summary>Runs to the end; any broken promise throws.</summary>
    public void Run()
    {
        _time.After(0, Dial);
        PlanFault();
        var steps = 0;
        while (!_source.AllDone)
        {
            _time.Step().ShouldBeTrue($"stuck: nothing will ever happen again, {_source.Undone} of {_frameCount} frames are not done");
            (++steps).ShouldBeLessThan(StepsMax, $"stuck: no progress, {_source.Undone} of {_frameCount} frames are not done");
            CheckBlocks();
        }
        Settle();
    }

    private void Settle()
    {
        _consumer.Consumed.ShouldBe((ulong)_frameCount);
        _sender.Ledger.Retained.ShouldBe(0);
        _sender.Ledger.InFabric.ShouldBe(0);
        _sender.Ledger.TryTakeEvent(out _).ShouldBeFalse();
        LoseReceiver(_receiver);
        var freed = new List<uint>();
        _receiver.Ledger.Abandon(freed);
        freed.ShouldBeEmpty("all that landed was delivered");
        _receiver.Sink.WithLink.ShouldBe(0);
    }

    /// <summary>Blocks with the link are granted or hold an undelivered landing, at every step.</summary>
    private void CheckBlocks() =>
        _receiver.Sink.WithLink.ShouldBe(_receiver.Ledger.GrantsOutstanding + _receiver.Ledger.HeldCount);

    private void PlanFault() => _time.After(_random.Next(1, 2 * _faultMean), () =>
    {
        if (_time.Now > _faultsUntil)
            return;
        Fault();
        PlanFault();
    });

    private void Fault()
    {
        switch (_random.Next(6))
        {
            case 0: RestartSender(); break;
            case 1: RestartReceiver(); break;
            default: CutWire(); break;
        }
    }

    private void CutWire()
    {
        var wire = _sender.Wire;
        if (wire is null)
            return;
        Cuts++;
        wire.Cut();
        NoticeLoss(wire);
    }

    /// <summary>Each end notices in its own time: the receiver perhaps only by the next hello.</summary>
    private void NoticeLoss(SimulatedWire wire)
    {
        var (sender, receiver) = (_sender, _receiver);
        _time.After(_random.Next(10, 5_000), () => LoseSender(sender, wire));
        _time.After(_random.Next(10, 20_000), () =>
        {
            if (receiver.Wire == wire)
                LoseReceiver(receiver);
        });
    }

    private ReceiverLife NewReceiver() => new(_lives++, new SinkModel(_smallCount, _largeCount, SmallBytes, LargeBytes));
}
