using System.Net;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Sidecar.Tests.Hosting;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;

namespace K8sMediaFlow.Sidecar.Tests.Links;

/// <summary>Who may open a link. Every refusal has a reason at both ends, and the link still takes the right peer afterwards.</summary>
public sealed class LinkIdentityTests
{
    private static readonly LinkOptions Options = new()
    {
        SilenceMax = TimeSpan.FromSeconds(20),
        OpenDeadline = TimeSpan.FromSeconds(20),
        BackOffMin = TimeSpan.FromMilliseconds(5),
        BackOffMax = TimeSpan.FromMilliseconds(50),
        BreakerPause = TimeSpan.FromMilliseconds(100),
    };

    [Fact]
    public void A_certificate_of_another_authority_is_refused() =>
        IsRefused(receiving => Dial(receiving, Papers.OfStranger("camera")), atReceiver: LinkLoss.TlsFailed, atSender: null);

    [Fact]
    public void A_certificate_of_another_media_operator_is_refused() =>
        IsRefused(receiving => Dial(receiving, Papers.Of("encode")), atReceiver: LinkLoss.WrongIdentity, atSender: LinkLoss.WrongIdentity);

    [Fact]
    public void Another_pipeline_is_refused() =>
        IsRefused(receiving => Dial(receiving, pipeline: "test/other"), atReceiver: LinkLoss.WrongPipeline,
            atSender: LinkLoss.WrongPipeline);

    [Fact]
    public void An_edge_that_the_plan_does_not_have_is_refused() =>
        IsRefused(receiving => Dial(receiving, edge: "a.b->c.d"), atReceiver: LinkLoss.UnknownEdge, atSender: LinkLoss.UnknownEdge);

    [Fact]
    public void A_receiver_that_is_somebody_else_is_not_spoken_to() =>
        IsRefused(receiving => Dial(receiving, expects: "encode"), atReceiver: null, atSender: LinkLoss.WrongIdentity);

    [Fact]
    public void A_replica_that_says_it_is_another_takes_no_link_away()
    {
        var plans = new FlowPlans { Cameras = [0, 1] };
        using var receiving = new RunningPod(plans, "render-0");
        using var honest = new RunningPod(plans, "camera-0");
        honest.AwaitReady("render-0");
        // From where the plan has another pod, and from where it has nobody.
        foreach (var address in new[] { plans.AddressOf("camera-1"), plans.AddressOf("camera-2") })
        {
            using var source = new MemorySource(5, 5, 64);
            var there = new IPEndPoint(IPAddress.Parse(plans.AddressOf("render-0")), FlowPlans.LinkPort);
            var endpoint = new OutboundEndpoint("test/line", FlowPlans.Edge, "camera-0", "render-0", there.Address.ToString(), there.Port,
                [Papers.Identity("render")], address);
            using var impostor = new SendingPod(source, there, Options, endpoint: endpoint);
            Watchdog.Until(() => impostor.Link.Status.Loss == LinkLoss.UnknownEdge, () => impostor.Link.Status.ToString());
            impostor.Link.Status.Reason.ShouldContain($"{address}");
        }
        honest.StatusOf("render-0").Losses.ShouldBe(0u);
    }

    [Fact]
    public void A_link_does_not_outlive_its_certificates_and_loses_nothing_by_that()
    {
        var clock = new ShiftedClock();
        var options = Options with { Clock = clock };
        var consumer = new Consumer();
        using var sink = new MemorySink(4, 4096, consumer, holdFrames: 0);
        using var receiving = new ReceivingPod(sink, 0, options);
        using var source = new MemorySource(20, 20, 64) { Limit = 10 };
        using var sending = new SendingPod(source, receiving.Listener.LocalEndpoint, options);
        Watchdog.Until(() => consumer.Last == 10, () => sending.Link.Status.ToString());
        clock.Shift = TimeSpan.FromDays(2);
        Watchdog.Until(() => sending.Link.Status.Losses > 0, () => sending.Link.Status.ToString());
        clock.Shift = TimeSpan.Zero;
        source.Limit = 20;
        Watchdog.Until(() => consumer.Last == 20, () => sending.Link.Status.ToString());
        consumer.Duplicates.ShouldBe(0UL);
    }

    private sealed class ShiftedClock : TimeProvider
    {
        public TimeSpan Shift { get; set; }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + Shift;
    }

    [Fact]
    public void Nobody_there_is_unreachable_and_tried_again()
    {
        using var source = new MemorySource(1, 1, 64);
        using var sending = new SendingPod(source, new IPEndPoint(IPAddress.Loopback, 1), Options);
        Watchdog.Until(() => sending.Link.Status.Loss == LinkLoss.Unreachable, () => sending.Link.Status.ToString());
        sending.Link.Status.Reason.ShouldContain("pod-b");
    }

    private static void IsRefused(Func<ReceivingPod, (SendingPod, MemorySource)> dial, LinkLoss? atReceiver, LinkLoss? atSender)
    {
        var consumer = new Consumer();
        using var sink = new MemorySink(4, 4096, consumer, holdFrames: 0);
        using var receiving = new ReceivingPod(sink, 0, Options);
        var (sending, source) = dial(receiving);
        Watchdog.Until(() => sending.Link.Status.State == LinkState.Lost, () => sending.Link.Status.ToString());
        if (atSender is { } loss)
            sending.Link.Status.Loss.ShouldBe(loss, sending.Link.Status.Reason);
        if (atReceiver is { } refusal)
            Watchdog.Until(() => receiving.Listener.Refusals.GetValueOrDefault(refusal) > 0,
                () => string.Join(", ", receiving.Listener.Refusals));
        sending.Dispose();
        source.Dispose();

        consumer.Last.ShouldBe(0UL);
        using var right = new MemorySource(5, 5, 64);
        using var rightful = new SendingPod(right, receiving.Listener.LocalEndpoint, Options);
        Watchdog.Until(() => consumer.Last == 5, () => rightful.Link.Status.ToString());
    }

    private static (SendingPod Pod, MemorySource Source) Dial(ReceivingPod receiving, LinkCredentials? credentials = null,
        string pipeline = "test/line", string edge = SendingPod.Edge, string expects = "render")
    {
        var source = new MemorySource(5, 5, 64);
        return (new SendingPod(source, receiving.Listener.LocalEndpoint, Options, credentials, pipeline, edge, expects), source);
    }
}
