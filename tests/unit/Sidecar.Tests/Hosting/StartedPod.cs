using K8sMediaFlow.Control.Options;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Sidecar.Channels;
using K8sMediaFlow.Sidecar.Runtime;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using K8sMediaFlow.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>
/// The sidecar of a planned pod in this process, with its real ports, links and attach socket, and without media operators.
/// </summary>
internal sealed class StartedPod : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kmf-run-");
    private readonly AttachServer _attach;

    public StartedPod(SidecarPlan plan, string address)
        : this(plan, address, PapersOf(plan))
    {
    }

    public StartedPod(SidecarPlan plan, string address, Func<LinkCredentials> credentials, string? device = null, IFabric? fabric = null)
    {
        var incarnation = Incarnation.New();
        var options = new SidecarOptions(7400, FlowPlans.LinkPort, SocketPath, Path.Combine(Folder, "state"), "", "", "", plan.Pod, address,
            FlowPlans.DataPort, RdmaDevice: device);
        _attach = new AttachServer(SocketPath, incarnation, null, NullLogger.Instance);
        Runtime = new PodRuntime(options, plan, incarnation, credentials, _attach, NullLogger.Instance, fabric);
        Runtime.Inbound.Count.ShouldBe(plan.Inbound.Count);
    }

    public PodRuntime Runtime { get; }

    /// <summary>Of files that live as long as the pod.</summary>
    public string Folder => _folder.FullName;

    public string SocketPath => Path.Combine(Folder, "attach.sock");

    /// <summary>All that the first link may be granted.</summary>
    public int AwaitGrants()
    {
        var (link, slots) = (Runtime.Inbound[0].Link, Runtime.Inbound[0].Port.SlotCount);
        Watchdog.Until(
            () => link.Status is { State: LinkState.Ready } status && status.GrantsOutstanding == Math.Min(slots, StartedPlans.GrantsMax),
            () => $"{slots} blocks; {link.Status}");
        return link.Status.GrantsOutstanding;
    }

    public void AwaitReady()
    {
        LinkStatus[] Missing() => [.. Links().Where(link => link.State != LinkState.Ready)];
        Watchdog.Until(() => Missing().Length == 0, () => $"{Missing().Length} are not ready: {Missing().FirstOrDefault()}",
            (int)Hang.Bound.TotalSeconds);
    }

    /// <summary>What the pod says of its links.</summary>
    public IEnumerable<LinkStatus> Links() =>
        Runtime.Inbound.Select(pair => pair.Link.Status).Concat(Runtime.Outbound.Select(pair => pair.Link.Status));

    public void Dispose()
    {
        _attach.Dispose();
        Runtime.Dispose();
        _folder.Delete(recursive: true);
    }
    private static Func<LinkCredentials> PapersOf(SidecarPlan plan)
    {
        var papers = Papers.Of([.. plan.Operators.Select(one => one.Name).Distinct()]);
        return () => papers;
    }
}
