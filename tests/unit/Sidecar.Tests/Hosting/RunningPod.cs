using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Sdk;
using K8sMediaFlow.Sidecar.Channels;
using K8sMediaFlow.Sidecar.Runtime;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>One life of a pod's sidecar, to which media operators attach.</summary>
internal sealed class RunningPod : IDisposable
{
    private readonly StartedPod _started;
    private readonly string _pod;

    public RunningPod(FlowPlans plans, string pod, Func<LinkCredentials>? credentials = null, IFabric? fabric = null)
    {
        _pod = pod;
        var papers = Papers.Of(pod[..^2]);
        _started = new StartedPod(plans.Of(pod), plans.AddressOf(pod), credentials ?? (() => papers), plans.DeviceOf(pod), fabric);
    }

    public PodRuntime Runtime => _started.Runtime;

    public string SocketPath => _started.SocketPath;

    /// <summary>Gives the running pod a newer plan.</summary>
    public void Follow(FlowPlans plans)
    {
        PlanChange.TryCompare(Runtime.Plan, plans.Of(_pod), out var change, out var refusal).ShouldBeTrue(refusal);
        Runtime.Follow(change!);
    }

    public async Task<MediaOperator> Attach(string token = "first", string? mediaOperator = null, int? replica = null)
    {
        var (name, file) = (mediaOperator ?? _pod[..^2], Path.Combine(_started.Folder, "token"));
        File.WriteAllText(file, FlowPlans.TokenOf(token, name));
        var attached = await MediaOperator.AttachAsync(new MediaOperatorOptions
        {
            SocketPath = SocketPath,
            TokenFile = file,
            Name = name,
            Replica = replica ?? Runtime.Plan.Operators[0].Replica,
            AttachTimeout = TimeSpan.FromSeconds(30),
            ReattachTimeout = TimeSpan.FromSeconds(30),
            DrainPatience = TimeSpan.FromSeconds(60),
        });
        Runtime.Ports.AwaitAlive(PodTopology.MediaOperatorEndpoint(name, replica ?? Runtime.Plan.Operators[0].Replica));
        return attached;
    }

    public LinkStatus StatusOf(string peer) => _started.Links().Single(status => status.PeerPod == peer);

    public void AwaitReady(string peer) => Watchdog.Until(() => StatusOf(peer).State == LinkState.Ready, () => StatusOf(peer).ToString());

    public void Dispose() => _started.Dispose();
}
