using System.Text.Json.Nodes;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>
/// What a pod follows from, as far as a running one cannot follow a change of it: the containers and placement that the user wrote, and the
/// memory and ports that the plan gives the pod. Replicas, Services, labels and whatever else a running pod can follow are not in it.
/// </summary>
public static class PodBasis
{
    private static readonly string[] Followed = ["replicas", "maxReplicas", "service", "podMetadata", "inputs", "outputs", "name"];

    /// <param name="pipeline">As the user wrote it.</param>
    /// <param name="specs">Of the media operators that the pod is for.</param>
    /// <param name="replicas">Those in the pod.</param>
    /// <param name="plan">Of the pod's sidecar, with the most replicas that there may be.</param>
    /// <param name="requestsRdma">Whether the pod asks for the pipeline's RDMA device.</param>
    /// <returns>Without nulls and empty lists: a field that a newer version adds, and that is not set, changes nothing.</returns>
    public static JsonObject Of(MediaPipeline pipeline, IReadOnlyList<OperatorSpec> specs, IEnumerable<ReplicaPlacement> replicas,
        SidecarPlan plan, bool requestsRdma)
    {
        ArgumentNullException.ThrowIfNull(pipeline);
        ArgumentNullException.ThrowIfNull(plan);
        var basis = new JsonObject
        {
            ["operators"] = new JsonArray([.. specs.Select(Written)]),
            ["replicas"] = new JsonArray([.. replicas.Select(one => (JsonNode)$"{one.Operator}/{one.Replica}")]),
            ["volumes"] = new JsonArray([.. pipeline.Spec.Volumes.Where(volume =>
                specs.Any(spec => spec.VolumeMounts.Any(mount => mount.Name == volume.Name))).Select(Node)]),
            ["sidecar"] = Node(pipeline.Spec.Sidecar),
            ["staging"] = Node(pipeline.Spec.Staging),
            ["rdma"] = requestsRdma ? Node(pipeline.Spec.Rdma) : null,
            ["execution"] = plan.Execution.ToString(),
            ["plan"] = Memory(plan),
        };
        return Dense(basis)!.AsObject();
    }

    private static JsonNode? Written(OperatorSpec spec)
    {
        var node = Node(spec)!.AsObject();
        foreach (var field in Followed)
            node.Remove(field);
        return node;
    }

    private static JsonNode? Node<T>(T? part)
        where T : class => CrdResources.Element(part) is { } element ? JsonNode.Parse(element.GetRawText()) : null;

    /// <summary>Memory and ports; not who the peers are, where they live, or which tokens open the door.</summary>
    private static JsonNode Memory(SidecarPlan plan)
    {
        var part = plan with
        {
            Version = default,
            Operators = [.. plan.Operators.Select(one => one with { TokenSha256 = "" })],
            Edges = [.. plan.Edges.Select(edge => edge with
            {
                Producers = [],
                Consumers = [],
                WayReason = "",
                Way = edge.Way == EdgeWay.Auto ? EdgeWay.Tcp : edge.Way,
                // Running pods follow what an edge may drop, but not whether it may.
                OnFull = edge.Queue is null ? edge.OnFull : default,
                Queue = edge.Queue is { } queue ? queue with { DeadlineMilliseconds = null } : null,
            })],
            Outbound = [],
            Inbound = [.. plan.Inbound.Select(link => link with { PeerAddress = "", PeerLinkPort = 0, PeerIdentities = [] })],
        };
        return JsonNode.Parse(PlanJson.Write(part))!;
    }

    private static JsonNode? Dense(JsonNode? node)
    {
        switch (node)
        {
            case JsonObject thing:
                foreach (var (name, value) in thing.ToList())
                    if (Dense(value) is null or JsonArray { Count: 0 })
                        thing.Remove(name);
                return thing;
            case JsonArray list:
                foreach (var item in list)
                    Dense(item);
                return list;
            default:
                return node;
        }
    }
}
