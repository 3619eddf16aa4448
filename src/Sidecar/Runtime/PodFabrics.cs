using System.Net;
using K8sMediaFlow.Control.Options;
using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Fabric.Tcp;
using K8sMediaFlow.Fabric.Verbs;
using K8sMediaFlow.Links.Fabrics;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Sidecar.Devices;
using Microsoft.Extensions.Logging;

namespace K8sMediaFlow.Sidecar.Runtime;

/// <summary>
/// What the links of a pod may travel over, as its plan has it: RDMA before Tcp with Auto, one of them alone otherwise. With encryption
/// that one is Tcp with TLS.
/// </summary>
internal sealed class PodFabrics : ILinkFabrics, IDisposable
{
    private readonly TcpFabric? _tcp;
    private readonly LinkFabric? _tcpLink;
    private readonly RdmaDeviceManager? _rdma;
    private volatile FabricsNow? _now;

    /// <param name="options">Addresses and the device.</param>
    /// <param name="plan">What links may travel over.</param>
    /// <param name="logger">Of the device's changes.</param>
    /// <param name="instead">The only fabric, in place of what the plan says; null: none. Stays the caller's.</param>
    public PodFabrics(SidecarOptions options, SidecarPlan plan, ILogger logger, IFabric? instead = null)
    {
        Options = OptionsOf(plan.Polling) with { QueuePairs = plan.QueuePairs ?? 1, TrafficClass = (byte)(plan.TrafficClass ?? 0) };
        if (instead is not null)
        {
            _tcpLink = new LinkFabric(instead, instead.Listen(IPAddress.Parse(options.Address), options.DataPort, Options));
            return;
        }
        if (plan.Transport != Transport.Rdma)
        {
            _tcp = new TcpFabric(plan.Encryption == Encryption.Tls);
            try
            {
                _tcpLink = new LinkFabric(_tcp, _tcp.Listen(IPAddress.Parse(options.Address), options.DataPort, Options));
            }
            catch
            {
                _tcp.Dispose();
                throw;
            }
        }
        if (plan.Transport != Transport.Tcp)
            _rdma = RdmaDevicesOf(options, plan, Options, logger);
    }

    /// <summary>Of every connection.</summary>
    public FabricOptions Options { get; }

    /// <summary>Null where transport is TCP.</summary>
    public RdmaStatus? Rdma => _rdma?.Status;

    /// <summary>Whether a device may have to read the pod's memory.</summary>
    public bool MayUseDevice => _rdma is { HasDevice: true };

    /// <summary>Pieces of memory that the device knows for the links to read from.</summary>
    public int RegisteredRegions => _rdma?.RegisteredRegions ?? 0;

    // Asked at every word of every link: made anew only when the device's state is another one.
    public FabricsNow Now
    {
        get
        {
            var (rdma, missing) = _rdma?.Now ?? (null, "");
            return _now is { } last && last.Missing == missing && (last.RankOf(FabricKind.Verbs) >= 0) == (rdma is not null)
                ? last
                : _now = Make(rdma, missing);
        }
    }

    /// <summary>Makes memory known that links will read from, until the result is disposed.</summary>
    public IDisposable? Register(nint address, long lengthBytes) => _rdma?.Register(address, lengthBytes);

    public void Dispose()
    {
        _tcpLink?.Listener.Dispose();
        _tcp?.Dispose();
        _rdma?.Dispose();
    }

    private FabricsNow Make(LinkFabric? rdma, string missing)
    {
        var usable = new List<LinkFabric>(2);
        if (rdma is not null)
            usable.Add(rdma);
        if (_tcpLink is not null)
            usable.Add(_tcpLink);
        return new FabricsNow(usable, rdma is null ? missing : "");
    }

    private static RdmaDeviceManager RdmaDevicesOf(SidecarOptions options, SidecarPlan plan, FabricOptions fabricOptions, ILogger logger)
    {
        var allocation = RdmaAllocation.Find();
        IReadOnlyList<string> devices = options.RdmaDevice is { } named ? [named] : allocation.Devices;
        var address = plan.RdmaAddress is null ? null : IPAddress.Parse(plan.RdmaAddress);
        return new RdmaDeviceManager([.. devices.Select(device => new VerbsChoice { Device = device, Address = address })],
            allocation.Detail, fabricOptions, logger);
    }

    private static FabricOptions OptionsOf(PollingPlan polling) => FabricOptions.Default with
    {
        Polling = polling.Mode switch
        {
            PollingMode.Busy => CompletionPolling.Busy,
            PollingMode.Event => CompletionPolling.Event,
            _ => CompletionPolling.Hybrid,
        },
        SpinTime = TimeSpan.FromMicroseconds(polling.SpinMicroseconds),
    };
}
