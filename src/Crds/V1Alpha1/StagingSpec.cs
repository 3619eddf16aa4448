using K8sMediaFlow.Crds.Schema;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>The shared memory of the pods.</summary>
public sealed record StagingSpec
{
    /// <summary>
    /// The page size of regions: None takes ordinary pages. Others must be reserved on the nodes; the sidecars then request hugepages-2Mi
    /// or hugepages-1Gi, and a region takes whole pages.
    /// </summary>
    public HugePages HugePages { get; set; } = HugePages.None;

    /// <summary>
    /// Block sizes and counts in place of those computed from the caps of the ports. A region takes the classes from the smallest that
    /// holds an envelope to the first that holds its largest frame; what it has beyond the least lets more frames be under way. A link's
    /// region takes the class that holds a whole frame with its envelope.
    /// </summary>
    [MaxItems(PlanLimits.ClassesMax)]
    public IReadOnlyList<BlockClassSpec> BlockClasses { get; set; } = [];

    /// <summary>How sidecars and media operators wait.</summary>
    public PollingSpec? Polling { get; set; }
}

/// <summary>Blocks of one size.</summary>
public sealed record BlockClassSpec
{
    /// <summary>Bytes of a block, for example 4Mi: a multiple of 4Ki from 16Ki, which an envelope takes, to 1Gi.</summary>
    public required Quantity Size { get; init; }

    /// <summary>How many of them a region has. All classes together have 4096 at most.</summary>
    [Bounds(1, PlanLimits.ChosenBlocksMax)]
    public required int Count { get; init; }
}

/// <summary>How sidecars and media operators wait.</summary>
public sealed record PollingSpec
{
    /// <summary>Hybrid looks for a while and then sleeps, Busy always looks and costs a core, Event always sleeps.</summary>
    public PollingMode Mode { get; set; } = PollingMode.Hybrid;

    /// <summary>How long to look before going to sleep.</summary>
    [Bounds(0, 10000)]
    public int SpinMicroseconds { get; set; } = Polling.SpinMicrosecondsDefault;
}

/// <summary>The RDMA device of the sidecars: an extended resource of the nodes, or a claim. Only the sidecar's container gets it.</summary>
[CelRule("has(self.resourceName) != has(self.resourceClaimTemplateName)", "exactly one of resourceName and resourceClaimTemplateName")]
public sealed record RdmaSpec
{
    /// <summary>The extended resource that stands for an RNIC on a node, for example rdma/hca_shared_devices_a.</summary>
    [MaxChars(253)]
    public string? ResourceName { get; set; }

    /// <summary>
    /// A ResourceClaimTemplate of the namespace, from which each pod gets a claim for its sidecar. Needs a server with resource.k8s.io/v1
    /// (Kubernetes 1.34).
    /// </summary>
    [MaxChars(253)]
    public string? ResourceClaimTemplateName { get; set; }

    /// <summary>Who lets the sidecar pin its regions: the node's unlimited memlock, or the capability IPC_LOCK with user 0.</summary>
    public MemoryLock Memlock { get; set; } = MemoryLock.NodeUnlimited;

    /// <summary>
    /// A network attachment of the pods (k8s.v1.cni.cncf.io/networks) on which the device's addresses lie: NAME, NAMESPACE/NAME or
    /// NAMESPACE/NAME@INTERFACE.
    /// </summary>
    [MaxChars(400)]
    public string? Network { get; set; }

    /// <summary>
    /// Queue pairs of each link, over which its frames alternate: more than one helps where a card shares its time among queue pairs, or
    /// the network spreads them over several paths.
    /// </summary>
    [Bounds(1, PlanLimits.QueuePairsMax)]
    public int QueuePairs { get; set; } = 1;

    /// <summary>The traffic class that RDMA packets carry.</summary>
    [Bounds(0, PlanLimits.TrafficClassMax)]
    public int? TrafficClass { get; set; }
}

/// <summary>Ways to pin memory.</summary>
public enum MemoryLock { NodeUnlimited, Capability }
