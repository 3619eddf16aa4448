using K8sMediaFlow.CapnProto;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Fabric.Tcp;
using K8sMediaFlow.Links.Connection;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Links.Fabrics;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;

namespace K8sMediaFlow.Sidecar.Tests.Links;

/// <summary>Links whose data connection has TLS: what they promise is the same, and who cannot encrypt gets no frame.</summary>
public sealed class LinkTlsTests : IDisposable
{
    private static readonly LinkOptions Options = new()
    {
        SilenceMax = TimeSpan.FromSeconds(20),
        OpenDeadline = TimeSpan.FromSeconds(20),
        HeartbeatInterval = TimeSpan.FromMilliseconds(20),
        BackOffMin = TimeSpan.FromMilliseconds(5),
        BackOffMax = TimeSpan.FromMilliseconds(100),
        BreakerPause = TimeSpan.FromMilliseconds(100),
    };

    private readonly CuttableFabric _fabric = new(new TcpFabric(isEncrypted: true));
    private readonly FixedFabrics _tls;
    private readonly Consumer _consumer = new();

    public LinkTlsTests() => _tls = new FixedFabrics(_fabric);

    public void Dispose()
    {
        _tls.Dispose();
        _fabric.Dispose();
    }

    [Fact]
    public void Frames_arrive_whole_and_in_order_over_tls_and_both_ends_say_what_carries_them() =>
        Flow(400, FabricOptions.Default, (source, sending, receiving) =>
        {
            Allow(source, 400);
            AwaitLast(400, sending, receiving);
            (sending.Link.Status.Way!.Kind, receiving.Link.Status.Way!.Kind).ShouldBe((FabricKind.TcpTls, FabricKind.TcpTls));
            sending.Link.Status.Losses.ShouldBe(0ul);
        });

    [Fact]
    public void A_key_that_is_used_up_is_followed_by_another_and_no_frame_is_lost_or_doubled() =>
        Flow(400, FabricOptions.Default with { TlsRecordsMax = 100 }, (source, sending, receiving) =>
        {
            for (var upTo = 100ul; upTo < 400; upTo += 100)
            {
                var epoch = sending.Link.Status.Epoch;
                Allow(source, upTo);
                AwaitLast(upTo, sending, receiving);
                Watchdog.Until(() => sending.Link.Status is { State: LinkState.Ready } now && now.Epoch > epoch,
                    () => $"still epoch {epoch}: {sending.Link.Status}");
            }
            Allow(source, 400);
            AwaitLast(400, sending, receiving);
        });

    [Fact]
    public void Connections_that_are_cut_at_any_moment_lose_and_double_nothing() =>
        Flow(1000, FabricOptions.Default, (source, sending, receiving) =>
        {
            for (var upTo = 100ul; upTo <= 1000; upTo += 100)
            {
                Watchdog.Until(() => sending.Link.Status.State == LinkState.Ready, () => sending.Link.Status.ToString());
                Allow(source, upTo);
                Thread.Sleep((int)(upTo / 100));
                _fabric.CutAll();
            }
            AwaitLast(1000, sending, receiving);
            sending.Link.Status.Losses.ShouldBeGreaterThan(0ul);
        });

    [Fact]
    public void Certificates_that_change_do_not_end_a_living_link_and_count_for_the_next_connection() =>
        Flow(300, FabricOptions.Default, (source, sending, receiving) =>
        {
            Allow(source, 100);
            AwaitLast(100, sending, receiving);
            var known = sending.Credentials;
            sending.Credentials = Papers.OfStranger("camera");
            Allow(source, 200);
            AwaitLast(200, sending, receiving);
            sending.Link.Status.Losses.ShouldBe(0ul);
            // The next connection shows what is there now: here, something that the peer does not trust.
            _fabric.CutAll();
            Watchdog.Until(() => sending.Link.Status.Loss == LinkLoss.TlsFailed
                || receiving.Listener.Refusals.ContainsKey(LinkLoss.TlsFailed),
                () => sending.Link.Status.ToString());
            Allow(source, 300);
            _consumer.Last.ShouldBe(200ul);
            sending.Credentials = known;
            AwaitLast(300, sending, receiving);
        });

    [Fact]
    public void An_end_that_does_not_encrypt_and_one_that_does_agree_on_nothing()
    {
        using var source = new MemorySource(10, 16, 20_000);
        using var sink = new MemorySink(8, 65_536, _consumer, holdFrames: 0);
        using var receiving = new ReceivingPod(sink, 0, Options, fabrics: _tls);
        using (var plain = new SendingPod(source, receiving.Listener.LocalEndpoint, Options))
        {
            Watchdog.Until(() => plain.Link.Status.Loss == LinkLoss.NoCommonFabric, () => plain.Link.Status.ToString());
            plain.Link.Status.Reason.ShouldContain("offered Tcp, this end has TcpTls");
        }
        _consumer.Last.ShouldBe(0ul);
        using var open = new ReceivingPod(sink, 0, Options);
        using var sending = new SendingPod(source, open.Listener.LocalEndpoint, Options, fabrics: _tls);
        Watchdog.Until(() => sending.Link.Status.Loss == LinkLoss.NoCommonFabric, () => sending.Link.Status.ToString());
        sending.Link.Status.Reason.ShouldContain("offered TcpTls, this end has Tcp");
        _consumer.Last.ShouldBe(0ul);
    }

    [Fact]
    public void The_previous_release_is_served_without_tls_and_refused_with_both_versions_with_it()
    {
        HelloReader.Read(HelloOf(1, 2), "test/line", new FixedNow(new TcpFabric()).Now.ProtocolLowest).Protocol.ShouldBe((ushort)2);
        Should.Throw<LinkException>(() => HelloReader.Read(HelloOf(1, 2), "test/line", _tls.Now.ProtocolLowest)).ShouldSatisfyAllConditions(
            refused => refused.Loss.ShouldBe(LinkLoss.VersionMismatch),
            refused => refused.Message.ShouldBe("protocols 1 to 2, this end speaks 3 to 3, as encryption TLS of payloads needs it"));
        HelloReader.Read(HelloOf(3, 3), "test/line", _tls.Now.ProtocolLowest).Protocol.ShouldBe((ushort)3);
    }

    [Fact]
    public void An_end_that_encrypts_offers_no_version_without_tls()
    {
        using var proposals = new LinkProposals(_tls.Now, FabricOptions.Default, Papers.Of("camera").Towards([]));
        proposals.ProtocolLowest.ShouldBe(LinkMessage.ProtocolOfTls);
        using var plain = new LinkProposals(new FixedNow(new TcpFabric()).Now, FabricOptions.Default, Papers.Of("camera").Towards([]));
        plain.ProtocolLowest.ShouldBe(LinkMessage.ProtocolOldest);
    }

    private static LinkMessage.Reader HelloOf(ushort lowest, ushort highest)
    {
        var buffer = new MessageBuffer(1024);
        var hello = buffer.Begin<LinkMessage.Builder>().InitHello();
        (hello.ProtocolLowest, hello.ProtocolHighest, hello.SenderIncarnation) = (lowest, highest, 1);
        (hello.Namespace, hello.Pipeline, hello.Edge, hello.SenderPod) = ("test", "line", SendingPod.Edge, "pod-a");
        var bytes = buffer.Finish().ToArray();
        return new MessageBuffer(1024).Read<LinkMessage.Reader>(bytes);
    }

    private static void Allow(MemorySource source, ulong frames)
    {
        source.Limit = frames;
        source.Wake();
    }

    private void AwaitLast(ulong frames, SendingPod sending, ReceivingPod receiving) => Watchdog.Until(() => _consumer.Last == frames,
        () => $"{_consumer.Last} of {frames}; {sending.Link.Status}; {receiving.Link.Status}");

    private void Flow(int frames, FabricOptions options, Action<MemorySource, SendingPod, ReceivingPod> steps)
    {
        using var source = new MemorySource(frames, 24, 20_000) { Limit = 0 };
        using var sink = new MemorySink(10, 65_536, _consumer, holdFrames: 0);
        using var receiving = new ReceivingPod(sink, 0, Options, fabrics: _tls);
        using var sending = new SendingPod(source, receiving.Listener.LocalEndpoint, Options, fabrics: _tls, fabricOptions: options);
        steps(source, sending, receiving);
        sink.FinishAll();
        Watchdog.Until(() => sending.Link.Status.State == LinkState.Ended, () => sending.Link.Status.ToString());
        _consumer.Faults.ShouldBeEmpty();
        _consumer.Duplicates.ShouldBe(0ul);
        source.Kept.ShouldBe(0);
    }

    private sealed class FixedNow(IFabric fabric)
    {
        public FabricsNow Now { get; } = new([new LinkFabric(fabric, null!)], "");
    }
}
