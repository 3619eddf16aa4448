namespace K8sMediaFlow.Pipelines.Graph;

/// <summary>The RDMA device that sidecars ask for, as the user named it.</summary>
public sealed record RdmaNode
{
    /// <summary>The extended resource that stands for an RNIC.</summary>
    public string? ResourceName { get; init; }

    /// <summary>The ResourceClaimTemplate of the namespace that each pod's claim is made from.</summary>
    public string? ClaimTemplateName { get; init; }

    /// <summary>The network attachment on which the device's addresses lie.</summary>
    public string? Network { get; init; }

    /// <summary>Of packets over RDMA: a byte of the IP header.</summary>
    public int? TrafficClass { get; init; }

    /// <summary>Queue pairs of each link.</summary>
    public int QueuePairs { get; init; } = 1;
}
