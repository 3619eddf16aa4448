using System.Net;
using K8sMediaFlow.Sidecar.Links;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;

namespace K8sMediaFlow.Sidecar.Tests.Links;

/// <summary>Who may open a link. Every refusal has a reason at both ends, and the link still takes the right peer afterwards.</summary>
public sealed class LinkIdentityTests
{
    private static readonly LinkOptions Options = new()
    {
        SilenceMax = TimeSpan.FromSeconds(20), OpenDeadline = TimeSpan.FromSeconds(20),
        BackOffMin = TimeSpan.FromMilliseconds(5), BackOffMax = TimeSpan.FromMilliseconds(50), BreakerPause = TimeSpan.FromMilliseconds(100),
    };

    [Fact]
    public void A_certificate_of_another_authority_is_refused() =>
        IsRefused(receiving => Dial(receiving, Papers.OfStranger("camera")), atReceiver: LinkLoss.TlsFailed, atSender: null);

    [Fact]
    public void A_certificate_of_another_media_operator_is_refused() =>
        IsRefused(receiving => Dial(receiving, Papers.Of("encode")), atReceiver: LinkLoss.WrongIdentity, atSender: LinkLoss.WrongIdentity);

    [Fact]
    public void Another_pipeline_is_refused() =>
        IsRefused(receiving => Dial(receiving, pipeline: "test/other"), atReceiver: LinkLoss.WrongPipeline, atSender: LinkLoss.WrongPipeline);

    [Fact]
    public void An_edge_that_the_plan_does_not_have_is_refused() =>
        IsRefused(receiving => Dial(receiving, edge: "a.b->c.d"), atReceiver: LinkLoss.UnknownEdge, atSender: LinkLoss.UnknownEdge);

    [Fact]
    public void A_receiver_that_is_somebody_else_is_not_spoken_to() =>
        IsRefused(receiving => Dial(receiving, expects: "encode"), atReceiver: null, atSender: LinkLoss.WrongIdentity);

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
            Watchdog.Until(() => receiving.Listener.Refusals.GetValueOrDefault(refusal) > 0, () => string.Join(", ", receiving.Listener.Refusals));
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
