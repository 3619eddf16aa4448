using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Validation;

/// <summary>
/// The RDMA device: that exactly one thing names it, in a form that Kubernetes takes, that the transport has a use for it, and that the
/// transport can encrypt where that is asked for.
/// </summary>
internal static class DeviceRules
{
    internal static IEnumerable<GraphViolation> Check(PipelineGraph graph)
    {
        if (graph.Rdma is not { } rdma)
            return OfEncryption(graph);
        return [.. OfEncryption(graph), .. OfTransport(graph), .. OfSource(rdma), .. OfNames(rdma)];
    }

    /// <summary>What a cluster needs beyond what this machine needs, where a sidecar sees all devices.</summary>
    internal static IEnumerable<GraphViolation> InCluster(PipelineGraph graph)
    {
        if (graph is { Transport: Transport.Rdma, Rdma: null })
            yield return new("spec.rdma", GraphReason.Contradiction,
                "transport RDMA needs a device for the sidecars: name its resource in spec.rdma.resourceName, or a claim template in spec.rdma.resourceClaimTemplateName");
    }

    private static IEnumerable<GraphViolation> OfEncryption(PipelineGraph graph)
    {
        if (graph is { Encryption: Encryption.Tls, Transport: Transport.Rdma })
            yield return new("spec.encryption", GraphReason.Contradiction,
                "encryption TLS cannot be had with transport RDMA, which is not encrypted: use transport Auto or TCP, or encryption None");
    }

    private static IEnumerable<GraphViolation> OfTransport(PipelineGraph graph)
    {
        if (graph.Transport == Transport.Tcp)
            yield return new("spec.rdma", GraphReason.Contradiction, "transport TCP uses no RDMA device: use Auto, or leave spec.rdma out");
    }

    private static IEnumerable<GraphViolation> OfSource(RdmaNode rdma)
    {
        if (rdma.ResourceName is null == rdma.ClaimTemplateName is null)
            yield return new("spec.rdma", GraphReason.BadResource,
                "the device needs exactly one of resourceName and resourceClaimTemplateName"
                + (rdma.ResourceName is null ? "" : "; it has both"));
    }

    private static IEnumerable<GraphViolation> OfNames(RdmaNode rdma)
    {
        if (rdma.ResourceName is { } resource && !IsExtendedResource(resource))
            yield return new("spec.rdma.resourceName", GraphReason.BadResource,
                $"'{resource}' is no extended resource: it is written DOMAIN/NAME, for example rdma/hca_shared_devices_a");
        if (rdma.ClaimTemplateName is { } template && !Names.IsSubdomain(template))
            yield return new("spec.rdma.resourceClaimTemplateName", GraphReason.BadName,
                $"'{template}' is no name of a ResourceClaimTemplate");
        if (rdma.Network is { } network && !NetworkName.TryParse(network, out _))
            yield return new("spec.rdma.network", GraphReason.BadName,
                $"'{network}' is no network attachment: it is written NAME, NAMESPACE/NAME or NAMESPACE/NAME@INTERFACE, and is one");
    }

    private static bool IsExtendedResource(string name) =>
        name.Split('/') is [var domain, var rest] && Names.IsSubdomain(domain) && domain is not "kubernetes.io"
        && rest.Length is > 0 and <= Names.LabelCharsMax && rest.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.')
            && char.IsAsciiLetterOrDigit(rest[0]) && char.IsAsciiLetterOrDigit(rest[^1]);
}
