using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Planning;

/// <summary>Which replica of which media operator lives in which pod, and where those pods are reached.</summary>
public sealed record Placement(IReadOnlyList<PodPlacement> Pods)
{
    /// <summary>
    /// The pods that a graph asks for: one for a SamePod group with every replica of its members, one for each other replica,
    /// named pipeline-(operator or group)-ordinal, in the order of the document. Addresses and tokens are still unknown. What is scaled to
    /// 0 has no pod.
    /// </summary>
    public static Placement Of(PipelineGraph graph)
    {
        var index = new GraphIndex(graph);
        var pods = new List<PodPlacement>();
        foreach (var node in graph.Operators)
        {
            if (index.PodGroup(node.Name) is not { } group)
                pods.AddRange(Replicas(node).Select(one => new PodPlacement($"{graph.Name}-{node.Name}-{one.Replica}", [one])));
            else if (graph.Operators.First(other => group.Operators.Contains(other.Name)) == node &&
                     graph.Operators.Where(other => group.Operators.Contains(other.Name)).SelectMany(Replicas)
                         .ToList() is { Count: > 0 } replicas)
                pods.Add(new PodPlacement($"{graph.Name}-{group.Name}-0", replicas));
        }
        return new Placement(pods);
    }

    /// <summary>The same pods with what is known about each only when it runs.</summary>
    public Placement With(Func<PodPlacement, PodPlacement> known) => new([.. Pods.Select(known)]);

    private static IEnumerable<ReplicaPlacement> Replicas(MediaOperatorNode node) =>
        Enumerable.Range(0, node.ReplicaCount).Select(replica => new ReplicaPlacement(node.Name, replica));
}

/// <summary>A pod, its IP address, the port where its sidecar takes links, and the replicas in it.</summary>
public sealed record PodPlacement(string Name, IReadOnlyList<ReplicaPlacement> Replicas)
{
    /// <summary>What stands for an address that is not known yet.</summary>
    public const string AddressUnknown = "0.0.0.0";

    /// <summary>Where nobody is, for a peer that is scaled to 0: a connection to it fails at once and no packet leaves the node.</summary>
    public const string AddressNowhere = "255.255.255.255";

    public string Address { get; init; } = AddressUnknown;
    public int LinkPort { get; init; } = 7402;

    /// <summary>The pod's own address on the RDMA network; null where nothing names one.</summary>
    public string? RdmaAddress { get; init; }
}

/// <summary>One replica, and the hash of the token that only its container has (64 lower-case hex digits).</summary>
public sealed record ReplicaPlacement(string Operator, int Replica)
{
    /// <summary>No token has this hash, so a plan without tokens lets nobody attach.</summary>
    public const string NoToken = "0000000000000000000000000000000000000000000000000000000000000000";

    public string TokenSha256 { get; init; } = NoToken;
}
