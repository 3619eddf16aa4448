using K8sMediaFlow.Control.Options;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Sdk;
using K8sMediaFlow.Sidecar.Channels;
using K8sMediaFlow.Sidecar.Runtime;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using Microsoft.Extensions.Logging.Abstractions;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>One life of a pod's sidecar in this process, with its real ports, links and attach socket.</summary>
internal sealed class RunningPod : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kmf-run-");
    private readonly AttachServer _attach;
    private readonly string _pod;

    public RunningPod(FlowPlans plans, string pod, Func<LinkCredentials>? credentials = null, IFabric? fabric = null)
    {
        _pod = pod;
        var incarnation = Incarnation.New();
        var papers = Papers.Of(pod[..^2]);
        var options = new SidecarOptions(7400, FlowPlans.LinkPort, SocketPath, Path.Combine(_folder.FullName, "state"), "", "", "", pod,
            plans.AddressOf(pod), FlowPlans.DataPort, RdmaDevice: plans.DeviceOf(pod));
        _attach = new AttachServer(SocketPath, incarnation, null, NullLogger.Instance);
        Runtime = new PodRuntime(options, plans.Of(pod), incarnation, credentials ?? (() => papers), _attach, NullLogger.Instance, fabric);
    }

    public PodRuntime Runtime { get; }

    public string SocketPath => Path.Combine(_folder.FullName, "attach.sock");

    /// <summary>Gives the running pod a newer plan.</summary>
    public void Follow(FlowPlans plans)
    {
        PlanChange.TryCompare(Runtime.Plan, plans.Of(_pod), out var change, out var refusal).ShouldBeTrue(refusal);
        Runtime.Follow(change!);
    }

    public async Task<MediaOperator> Attach(string token = "first", string? mediaOperator = null, int? replica = null)
    {
        var (name, file) = (mediaOperator ?? _pod[..^2], Path.Combine(_folder.FullName, "token"));
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

    public LinkStatus StatusOf(string peer) =>
        Runtime.Outbound.Select(pair => pair.Link.Status).Concat(Runtime.Inbound.Select(pair => pair.Link.Status))
            .Single(status => status.PeerPod == peer);

    public void AwaitReady(string peer) => Watchdog.Until(() => StatusOf(peer).State == LinkState.Ready, () => StatusOf(peer).ToString());

    public void Dispose()
    {
        _attach.Dispose();
        Runtime.Dispose();
        _folder.Delete(recursive: true);
    }
}
