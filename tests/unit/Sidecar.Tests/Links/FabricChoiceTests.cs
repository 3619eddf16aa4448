using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Links;

/// <summary>Which fabric a link takes, why, and that it changes it under flow without losing or doubling a frame.</summary>
public sealed class FabricChoiceTests : IDisposable
{
    private static readonly LinkOptions Options = new()
    {
        SilenceMax = TimeSpan.FromSeconds(20),
        OpenDeadline = TimeSpan.FromSeconds(20),
        BackOffMin = TimeSpan.FromMilliseconds(5),
        BackOffMax = TimeSpan.FromMilliseconds(100),
        BreakerPause = TimeSpan.FromMilliseconds(100),
        FabricRestMin = TimeSpan.FromMilliseconds(200),
        FabricRestMax = TimeSpan.FromSeconds(1),
        HeartbeatInterval = TimeSpan.FromMilliseconds(20),
    };

    private readonly SwitchedFabrics _sending = new(), _receiving = new();
    private readonly Consumer _consumer = new();

    public void Dispose()
    {
        _sending.Dispose();
        _receiving.Dispose();
    }

    [Fact]
    public void The_better_fabric_of_both_ends_is_taken_and_nothing_is_to_explain() => Run(20, (sending, receiving) =>
    {
        AwaitWay(FabricKind.Verbs, sending, receiving);
        (sending.Way!.Reason, receiving.Way!.Reason).ShouldBe(("", ""));
    });

    [Fact]
    public void What_only_the_sender_has_is_not_taken_and_both_ends_say_why()
    {
        _receiving.Obstacle = "NoDevice: none was handed out";
        Run(20, (sending, receiving) =>
        {
            AwaitWay(FabricKind.Tcp, sending, receiving);
            sending.Way!.Reason.ShouldBe("the peer: NoDevice: none was handed out");
            receiving.Way!.Reason.ShouldBe("NoDevice: none was handed out");
        });
    }

    [Fact]
    public void What_only_the_receiver_has_is_not_taken_and_both_ends_say_why()
    {
        _sending.Obstacle = "PortDown: rxe0 port 1 is not active";
        Run(20, (sending, receiving) =>
        {
            AwaitWay(FabricKind.Tcp, sending, receiving);
            sending.Way!.Reason.ShouldBe("PortDown: rxe0 port 1 is not active");
            receiving.Way!.Reason.ShouldBe("the peer: PortDown: rxe0 port 1 is not active");
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_device_that_comes_later_is_moved_to_while_frames_flow(bool isSenders)
    {
        var fabrics = isSenders ? _sending : _receiving;
        fabrics.Obstacle = "PortDown: not yet";
        Flow(400, flow =>
        {
            flow.Await(100, FabricKind.Tcp);
            fabrics.Obstacle = "";
            flow.AwaitWay(FabricKind.Verbs);
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_device_that_goes_is_left_for_tcp_and_taken_again_when_it_is_back(bool isSenders)
    {
        var fabrics = isSenders ? _sending : _receiving;
        Flow(600, flow =>
        {
            flow.Await(100, FabricKind.Verbs);
            fabrics.Obstacle = "PortDown: the cable is out";
            _sending.CutBetter();
            flow.Await(300, FabricKind.Tcp);
            fabrics.Obstacle = "";
            flow.AwaitWay(FabricKind.Verbs);
        });
    }

    [Fact]
    public void A_way_that_fails_although_both_devices_are_up_rests_on_tcp_and_is_tried_again()
    {
        // So long that nobody misses it, however slow the machine is.
        var rest = TimeSpan.FromSeconds(5);
        Flow(600, flow =>
        {
            flow.Await(100, FabricKind.Verbs);
            _sending.CutBetter();
            flow.AwaitWay(FabricKind.Tcp);
            flow.Sending.Way!.Reason.ShouldContain("it is tried again in");
            flow.AwaitWay(FabricKind.Verbs);
        }, Options with { FabricRestMin = rest, FabricRestMax = rest });
    }

    [Fact]
    public void Devices_that_come_and_go_at_any_moment_lose_and_double_nothing()
    {
        var random = new Random(Seed.Take(nameof(FabricChoiceTests)));
        Flow(2000, flow =>
        {
            for (var round = 0; round < 25; round++)
            {
                var fabrics = random.Next(2) == 0 ? _sending : _receiving;
                fabrics.Obstacle = fabrics.Obstacle.Length == 0 && random.Next(3) > 0 ? "PortDown: it flaps" : "";
                if (random.Next(2) == 0)
                    _sending.CutBetter();
                flow.Allow((round + 1) * 80);
                Thread.Sleep(random.Next(40));
            }
            (_sending.Obstacle, _receiving.Obstacle) = ("", "");
        });
    }

    [Fact]
    public void Without_tcp_an_unusable_device_is_an_error_that_names_the_obstacle_and_heals_with_it()
    {
        using var alone = new SwitchedFabrics(hasTcp: false) { Obstacle = "NoDevice: none was handed out" };
        using var source = new MemorySource(20, 16, 20_000);
        using var sink = new MemorySink(8, 65_536, _consumer, holdFrames: 0);
        using var receiving = new ReceivingPod(sink, 0, Options, fabrics: _receiving);
        using var sending = new SendingPod(source, receiving.Listener.LocalEndpoint, Options, fabrics: alone);
        Watchdog.Until(() => sending.Link.Status.Loss == LinkLoss.FabricUnusable, () => sending.Link.Status.ToString());
        sending.Link.Status.Reason.ShouldContain("NoDevice: none was handed out");
        alone.Obstacle = "";
        Watchdog.Until(() => _consumer.Last == 20, () => $"{_consumer.Last}; {sending.Link.Status}");
    }

    [Fact]
    public void A_receiver_that_cannot_use_the_only_fabric_refuses_and_says_which_it_has()
    {
        using var alone = new SwitchedFabrics(hasTcp: false);
        _receiving.Obstacle = "MemlockLimited: 64 KiB";
        using var source = new MemorySource(20, 16, 20_000);
        using var sink = new MemorySink(8, 65_536, _consumer, holdFrames: 0);
        using var receiving = new ReceivingPod(sink, 0, Options, fabrics: _receiving);
        using var sending = new SendingPod(source, receiving.Listener.LocalEndpoint, Options, fabrics: alone);
        Watchdog.Until(() => sending.Link.Status.Loss == LinkLoss.NoCommonFabric, () => sending.Link.Status.ToString());
        sending.Link.Status.Reason.ShouldContain("offered Verbs, this end has Tcp: MemlockLimited: 64 KiB");
    }

    private void Run(int frames, Action<LinkStatus, LinkStatus> check) => Flow(frames, flow =>
    {
        flow.Allow(frames);
        Watchdog.Until(() => flow.Sending.Way is not null && flow.Receiving.Way is not null, () => $"{flow.Sending}; {flow.Receiving}");
        check(flow.Sending, flow.Receiving);
    });

    private static void AwaitWay(FabricKind kind, LinkStatus sending, LinkStatus receiving) =>
        (sending.Way!.Kind, receiving.Way!.Kind).ShouldBe((kind, kind));

    /// <summary>Frames flow as far as the steps allow; in the end all have come, once each and in order.</summary>
    private void Flow(int frames, Action<Flowing> steps, LinkOptions? options = null)
    {
        using var source = new MemorySource(frames, 24, 20_000) { Limit = 0 };
        using var sink = new MemorySink(10, 65_536, _consumer, holdFrames: 4);
        using var receiving = new ReceivingPod(sink, 0, options ?? Options, fabrics: _receiving);
        using var sending = new SendingPod(source, receiving.Listener.LocalEndpoint, options ?? Options, fabrics: _sending);
        var flow = new Flowing(source, _consumer, sending, receiving);
        steps(flow);
        flow.Allow(frames);
        Watchdog.Until(() => _consumer.Last == (ulong)frames, () => $"{_consumer.Last}; {flow.Sending}; {flow.Receiving}");
        sink.FinishAll();
        Watchdog.Until(() => flow.Sending.State == LinkState.Ended, () => flow.Sending.ToString());
        _consumer.Faults.ShouldBeEmpty();
        _consumer.Duplicates.ShouldBe(0UL);
        source.Kept.ShouldBe(0);
    }

    private sealed class Flowing(MemorySource source, Consumer consumer, SendingPod sending, ReceivingPod receiving)
    {
        public LinkStatus Sending => sending.Link.Status;

        public LinkStatus Receiving => receiving.Link.Status;

        public void Allow(int frames)
        {
            source.Limit = (ulong)frames;
            source.Wake();
        }

        public void Await(int frames, FabricKind kind)
        {
            Allow(frames);
            Watchdog.Until(() => consumer.Last >= (ulong)frames - 20, () => $"{consumer.Last} of {frames}; {Sending}; {Receiving}");
            AwaitWay(kind);
        }

        public void AwaitWay(FabricKind kind) => Watchdog.Until(
            () => Sending is { State: LinkState.Ready } one && one.Way?.Kind == kind && Receiving is { State: LinkState.Ready } other
                && other.Way?.Kind == kind,
            () => $"not {kind}: {Sending}; {Receiving}");
    }
}
