using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.Kubernetes.Objects;
using K8sMediaFlow.Operator.Apply;
using K8sMediaFlow.Operator.Desired;

namespace K8sMediaFlow.Operator.Reconcile;

/// <summary>A pipeline's pods and nodes at one moment, as the stores have them.</summary>
internal static class Observation
{
    /// <summary>Pods of this pipeline and not of one that had its name before.</summary>
    public static IReadOnlyList<Pod> PodsOf(ClusterView view, ObjectKey key, IReadOnlySet<string> ownerUids) =>
        [.. view.Pods.Store.By(ClusterView.ByPipeline, ClusterView.Key(key)).Where(pod => pod.Metadata!.ControllerOwner is { } owner && ownerUids.Contains(owner.Uid))];

    public static PodView View(ClusterView view, Pod pod, TimeSpan nodeLoss, DateTimeOffset now)
    {
        var node = pod.Spec?.NodeName is { } name ? view.Nodes.Store.Get(new("", name)) : null;
        return PodView.Of(pod, NodeHealth.Of(pod.Spec?.NodeName, node, nodeLoss, now), now);
    }

    /// <summary>
    /// Whether the pods ask for the RDMA resource. Pods that run decide: a node that comes later restarts nothing. With Auto it is asked for only where a
    /// node that may be used has it.
    /// </summary>
    public static (bool Requests, string? Missing) Rdma(ClusterView view, MediaPipeline pipeline, IReadOnlyList<Pod> pods)
    {
        if (pipeline.Spec.Rdma is not { } rdma || pipeline.Spec.Transport == Pipelines.Graph.Transport.Tcp)
            return (false, null);
        var offered = view.Nodes.Store.All().Any(node => Offers(node, rdma.ResourceName, pipeline));
        var missing = offered ? null : rdma.ResourceName;
        if (pipeline.Spec.Transport == Pipelines.Graph.Transport.Rdma)
            return (true, missing);
        return (pods.Count > 0 ? pods.Any(pod => Requests(pod, rdma.ResourceName)) : offered, missing);
    }

    private static bool Offers(Node node, string resource, MediaPipeline pipeline) =>
        node.Spec?.Unschedulable != true && node.Status?.Allocatable?.GetValueOrDefault(resource) is { } amount && amount != "0" &&
        pipeline.Spec.Operators.Any(spec => (spec.NodeSelector ?? new Dictionary<string, string>()).All(one => node.Metadata?.Labels?.GetValueOrDefault(one.Key) == one.Value));

    private static bool Requests(Pod pod, string resource) =>
        (pod.Spec?.InitContainers ?? []).Concat(pod.Spec?.Containers ?? []).Any(container => container.Resources?.Limits?.ContainsKey(resource) == true);
}
