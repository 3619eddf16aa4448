using K8sMediaFlow.Control.Options;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Sidecar.Channels;
using K8sMediaFlow.Sidecar.Runtime;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using K8sMediaFlow.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>The sidecar of a planned pod, in this process and without media operators.</summary>
internal sealed class StartedPod : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kmf-limit-");
    private readonly AttachServer _attach;
    private readonly PodRuntime _runtime;

    public StartedPod(SidecarPlan plan, string address)
    {
        var incarnation = Incarnation.New();
        var papers = Papers.Of([.. plan.Operators.Select(one => one.Name).Distinct()]);
        var socket = Path.Combine(_folder.FullName, "attach.sock");
        var options = new SidecarOptions(7400, FlowPlans.LinkPort, socket, Path.Combine(_folder.FullName, "state"), "", "", "",
            plan.Pod, address, FlowPlans.DataPort);
        _attach = new AttachServer(socket, incarnation, null, NullLogger.Instance);
        _runtime = new PodRuntime(options, plan, incarnation, () => papers, _attach, NullLogger.Instance);
        _runtime.Inbound.Count.ShouldBe(plan.Inbound.Count);
    }

    /// <summary>All that the first link may be granted.</summary>
    public int AwaitGrants()
    {
        var (link, slots) = (_runtime.Inbound[0].Link, _runtime.Inbound[0].Port.SlotCount);
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
        _runtime.Inbound.Select(pair => pair.Link.Status).Concat(_runtime.Outbound.Select(pair => pair.Link.Status));

    public void Dispose()
    {
        _attach.Dispose();
        _runtime.Dispose();
        _folder.Delete(recursive: true);
    }
}
