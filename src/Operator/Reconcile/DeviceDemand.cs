using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Apply;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Operator.Reconcile;

/// <summary>Whether the pods ask for the pipeline's RDMA device.</summary>
/// <param name="Missing">What the cluster lacks for it, as a sentence; null where it lacks nothing.</param>
internal readonly record struct DeviceDemand(bool Requests, string? Missing)
{
    /// <summary>
    /// With RDMA a resource is always asked for. With Auto only where a node that may be used has it, and pods that run decide: a node that
    /// comes later restarts nothing. A claim is asked for wherever the server knows claims: whether it can be met is the scheduler's to
    /// say. Links that encrypt have no use for a device.
    /// </summary>
    public static DeviceDemand Of(ClusterView view, MediaPipeline pipeline, IReadOnlyList<Pod> pods, ServerCapabilities server)
    {
        if (pipeline.Spec.Rdma is not { } rdma || pipeline.Spec.Transport == Transport.Tcp
            || pipeline.Spec.Encryption == Encryption.Tls)
            return default;
        if (rdma.ResourceName is not { } resource)
            return server.ResourceClaims
                ? new(true, null)
                : new(false, $"this server (Kubernetes 1.{server.Minor}) has no resource.k8s.io/v1, so no claim is made from {rdma.ResourceClaimTemplateName}");
        var offered = view.Nodes.Store.All().Any(node => Offers(node, resource, pipeline));
        var missing = offered ? null : $"no node that the pods may use offers {resource}";
        if (pipeline.Spec.Transport == Transport.Rdma)
            return new(true, missing);
        return new(pods.Count > 0 ? pods.Any(pod => Has(pod, resource)) : offered, missing);
    }

    private static bool Offers(Node node, string resource, MediaPipeline pipeline) =>
        node.Spec?.Unschedulable != true && node.Status?.Allocatable?.GetValueOrDefault(resource) is { } amount && amount != "0" &&
        pipeline.Spec.Operators.Any(spec => (spec.NodeSelector ?? new Dictionary<string, string>())
            .All(one => node.Metadata?.Labels?.GetValueOrDefault(one.Key) == one.Value));

    private static bool Has(Pod pod, string resource) =>
        (pod.Spec?.InitContainers ?? []).Concat(pod.Spec?.Containers ?? [])
            .Any(container => container.Resources?.Limits?.ContainsKey(resource) == true);
}
