using System.Net;
using System.Text;
using K8sMediaFlow.Control;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.Control.Status;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Operator.Tests.Server;

/// <summary>
/// The real control API of a sidecar at a loopback address, with the identity from the unit's Secret; what lies behind it is acted: frames
/// are counted by the clock.
/// </summary>
internal sealed class ActedSidecar : IControlHandler, IAsyncDisposable
{
    private readonly ControlServer _server;
    private readonly Lock _lock = new();
    private readonly List<SidecarPlan> _plans = [];

    private ActedSidecar(string address, string pod, Secret secret)
    {
        string Text(string key) => Encoding.UTF8.GetString(secret.Data![key]);
        (Address, Pod) = (address, pod);
        var identity = TlsIdentity.FromPem(Text("tls.crt"), Text("tls.key"), Text("ca.crt"));
        _server = new(new(IPAddress.Parse(address), 7400, () => identity), this);
    }

    public string Address { get; }
    public string Pod { get; }
    public string Incarnation { get; set; } = Guid.NewGuid().ToString("N");
    public double FramesPerSecond { get; set; } = 30;

    /// <summary>What its inbound edges wait for.</summary>
    public string WaitsFor { get; set; } = "";

    /// <summary>Every plan that it took, oldest first.</summary>
    public IReadOnlyList<SidecarPlan> Plans
    {
        get
        {
            lock (_lock)
                return [.. _plans];
        }
    }

    /// <summary>Under the lock: a version is too wide to be read in one piece.</summary>
    public PlanVersion? CurrentPlan
    {
        get
        {
            lock (_lock)
                return field;
        }

        private set
        {
            lock (_lock)
                field = value;
        }
    }

    public static async Task<ActedSidecar> StartAsync(string address, string pod, Secret secret, (int Min, int Max) controlVersions)
    {
        var sidecar = new ActedSidecar(address, pod, secret) { ControlVersions = controlVersions };
        await sidecar._server.StartAsync(CancellationToken.None);
        return sidecar;
    }

    /// <summary>The lowest and the highest version of the control API that it speaks.</summary>
    public (int Min, int Max) ControlVersions { get; init; } = (1, 1);

    /// <summary>Says that it follows a plan that it was never given.</summary>
    public void Claim(PlanVersion version) => CurrentPlan = version;

    public SidecarInfo GetInfo() => new(ControlVersions.Min, ControlVersions.Max, "0", Pod, Incarnation, CurrentPlan);

    public Task ApplyPlanAsync(PlanDocument plan, CancellationToken cancellation)
    {
        PlanJson.TryParse(plan.Json.Span, out var parsed, out var error).ShouldBeTrue(error);
        lock (_lock)
            _plans.Add(parsed!);
        CurrentPlan = plan.Version;
        return Task.CompletedTask;
    }

    /// <summary>As a process that was killed and lost its state.</summary>
    public void Forget() => (CurrentPlan, Incarnation) = (null, Guid.NewGuid().ToString("N"));

    public SidecarStatus GetStatus()
    {
        var plan = Plans is [.., var last] ? last : null;
        var frames = (long)(Environment.TickCount64 / 1000.0 * FramesPerSecond);
        return new(Pod, Incarnation, CurrentPlan, false, false, Environment.TickCount64 * 1_000_000,
            CurrentPlan is null
                ? []
                : [.. plan!.Inbound.Select(link => new EdgeStatus(link.Edge, EdgeSide.Inbound, "Tcp", frames, 0, 0, 0,
                    new Dictionary<string, long> { ["Late"] = frames / 100 }, LatencyHistogram.Empty, 0, 0, false)
                    {
                        WaitsFor = WaitsFor,
                    })],
            CurrentPlan is null
                ? []
                : [.. plan!.Operators.Select(one => new MediaOperatorReport(one.Name, one.Replica, MediaOperatorState.Attached, "x", ""))],
            CurrentPlan is null ? [] : [.. Links(plan!.Outbound, LinkDirection.Outbound), .. Links(plan.Inbound, LinkDirection.Inbound)]);
    }

    public Task DrainAsync(CancellationToken cancellation) => Task.CompletedTask;

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static IEnumerable<LinkStatus> Links(IEnumerable<LinkPlan> links, LinkDirection direction) =>
        links.Select(link => new LinkStatus(link.Edge, link.PeerPod, direction, LinkState.Ready, "Tcp", 1, "", 0, 0));
}
