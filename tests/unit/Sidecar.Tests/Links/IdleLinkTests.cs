using System.Net;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Fabric.Tcp;
using K8sMediaFlow.Links;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;

namespace K8sMediaFlow.Sidecar.Tests.Links;

/// <summary>
/// What links cost that have nothing to carry. Counts threads, wake-ups and memory of the whole process, so nothing else may run beside.
/// </summary>
[Collection(nameof(LinkCostTests))]
public sealed class IdleLinkTests
{
    private const int Links = 500, WarmUps = 20, Seconds = 4;
    private const long BytesPerEnd = 100 << 10;
    private const int WakeUpsPerEndAndSecond = 5;

    // Heartbeats as in production; a machine that is busy with 500 handshakes has time.
    private static readonly LinkOptions Options = new() { SilenceMax = TimeSpan.FromSeconds(60), OpenDeadline = TimeSpan.FromSeconds(60) };

    [Fact]
    public void Hundreds_of_idle_links_cost_a_thread_and_little_memory_each_and_hardly_wake()
    {
        using var pair = new ManyLinks();
        pair.Open(WarmUps);
        var before = Footprint.Now();
        pair.Open(Links);
        var after = Footprint.Now();
        var ends = 2 * (Links - WarmUps);
        (after.Threads - before.Threads).ShouldBeLessThanOrEqualTo(ends + 16, $"{ends} ends");
        ((after.Bytes - before.Bytes) / ends).ShouldBeLessThanOrEqualTo(BytesPerEnd);

        var wakeUps = Footprint.WakeUps();
        Thread.Sleep(TimeSpan.FromSeconds(Seconds));
        var perEnd = (Footprint.WakeUps() - wakeUps) / (double)(2 * Links * Seconds);
        Console.WriteLine(
            $"{nameof(IdleLinkTests)}: {(after.Bytes - before.Bytes) / ends} bytes, {(after.Threads - before.Threads) / (double)ends:F2} threads, {perEnd:F2} wake-ups a second for each end");
        perEnd.ShouldBeLessThanOrEqualTo(WakeUpsPerEndAndSecond);
        pair.Losses.ShouldBe(0UL);
    }

    /// <summary>Two sidecars in this process with as many links as are asked for.</summary>
    private sealed class ManyLinks : IDisposable
    {
        private readonly TcpFabric _sending = new(), _receiving = new();
        private readonly FixedFabrics _out, _in;
        private readonly LinkListener _listener;
        private readonly List<IDisposable> _memory = [];
        private readonly List<OutboundLink> _outbound = [];
        private readonly List<InboundLink> _inbound = [];
        private readonly LinkCredentials _camera = Papers.Of("camera"), _render = Papers.Of("render");

        public ManyLinks()
        {
            (_out, _in) = (new FixedFabrics(_sending), new FixedFabrics(_receiving));
            _listener = new LinkListener(new IPEndPoint(IPAddress.Loopback, 0), "test/line", _in, () => _render, Options);
            _listener.Start();
        }

        public ulong Losses => _outbound.Aggregate(0UL, (sum, link) => sum + link.Status.Losses);

        /// <summary>
        /// Opens more, up to so many together. Not all at once: what hundreds of handshakes need for a moment is not what is measured.
        /// </summary>
        public void Open(int count)
        {
            while (_outbound.Count < count)
            {
                OpenOne($"pod-{_outbound.Count}");
                if (_outbound.Count % WarmUps == 0)
                    AwaitReady();
            }
            AwaitReady();
        }

        private void AwaitReady() =>
            Watchdog.Until(() => _outbound.TrueForAll(link => link.Status.State == LinkState.Ready)
                && _inbound.TrueForAll(link => link.Status.State == LinkState.Ready),
                () => $"{_outbound.Count(link => link.Status.State == LinkState.Ready)} are ready; {_outbound.First(link => link.Status.State != LinkState.Ready).Status}", seconds: 300);

        public void Dispose()
        {
            _outbound.ForEach(link => link.Dispose());
            _inbound.ForEach(link => link.Dispose());
            _listener.Dispose();
            _memory.ForEach(one => one.Dispose());
            _in.Dispose();
            _out.Dispose();
            _sending.Dispose();
            _receiving.Dispose();
        }

        private void OpenOne(string pod)
        {
            var (source, sink) = (new MemorySource(1, 1, 256) { Limit = 0 }, new MemorySink(4, 4096, new Consumer(), holdFrames: 0));
            _memory.AddRange([source, sink]);
            var inbound = new InboundLink(new InboundEndpoint("test/line", SendingPod.Edge, pod, [Papers.Identity("camera")]), sink,
                Incarnation.New(), Options);
            inbound.Start();
            _listener.Add(inbound);
            _inbound.Add(inbound);
            var endpoint = new OutboundEndpoint("test/line", SendingPod.Edge, pod, "pod-b", _listener.LocalEndpoint.Address.ToString(),
                _listener.LocalEndpoint.Port, [Papers.Identity("render")]);
            var outbound = new OutboundLink(endpoint, source, _out, FabricOptions.Default, () => _camera, Incarnation.New(), Options);
            outbound.Start();
            _outbound.Add(outbound);
        }
    }
}
