using K8sMediaFlow.Control.Status;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Apply;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Model;

namespace K8sMediaFlow.Operator.Reconcile;

/// <summary>A pipeline's pods and nodes at one moment, as the stores have them.</summary>
internal static class Observation
{
    /// <summary>Pods of this pipeline and not of one that had its name before.</summary>
    public static IReadOnlyList<Pod> PodsOf(ClusterView view, ObjectKey key, IReadOnlySet<string> ownerUids) =>
        [.. view.Pods.Store.By(ClusterView.ByPipeline, ClusterView.Key(key))
            .Where(pod => pod.Metadata!.ControllerOwner is { } owner && ownerUids.Contains(owner.Uid))];

    /// <param name="pod">As stored.</param>
    /// <param name="node">Its node.</param>
    /// <param name="report">Of its sidecar.</param>
    /// <param name="network">The RDMA device's, if the pipeline names one.</param>
    /// <param name="now">The time.</param>
    public static PodView View(Pod pod, NodeHealth node, SidecarReport report, string? network, DateTimeOffset now)
    {
        var view = PodView.Of(pod, node, now);
        return view with
        {
            Rdma = RdmaAddress.Of(pod, network),
            // A silent node's pod says nothing new of itself.
            PodIssue = node.Withheld is { } why ? new(Reasons.NodeSilent, $"pod {view.Name}: {why}") : view.PodIssue,
            Answers = report is { Status: not null, Unreachable: "" },
            Planned = report.HasPlan || report.Status?.Plan is not null,
            LinksDown = [.. (report.Status?.Links ?? []).Where(link => link.State is LinkState.Lost or LinkState.Connecting).Select(link =>
                link.PeerPod).Distinct()],
        };
    }
}
