using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>
/// What a change of needs another pod: the containers and placement that the user wrote, the sidecar image, and the memory and ports that
/// the plan gives the pod. Taken from what goes into rendering and not from the pod that comes out, so that a newer controller, which may
/// render differently, restarts no pipeline. Replicas, Services, labels and whatever else a running pod can follow are not in it.
/// </summary>
internal static class TemplateHash
{
    private static readonly string[] Followed = ["replicas", "maxReplicas", "service", "podMetadata", "inputs", "outputs", "name"];

    public static string Of(PodParts parts, PodSlot slot) =>
        parts.Input.Hashes is { } known ? known.Of(parts, slot) : Computed(parts, slot);

    internal static string Computed(PodParts parts, PodSlot slot)
    {
        var text = new JsonObject
        {
            ["operators"] = new JsonArray([.. parts.Specs.Select(Written)]),
            ["replicas"] = new JsonArray([.. slot.Replicas.Select(one => (JsonNode)$"{one.Operator}/{one.Replica}")]),
            ["volumes"] = new JsonArray([.. parts.Input.Pipeline.Spec.Volumes.Where(volume => parts.Specs.Any(spec =>
                spec.VolumeMounts.Any(mount => mount.Name == volume.Name))).Select(Node)]),
            ["sidecar"] = Node(parts.Input.Pipeline.Spec.Sidecar),
            ["staging"] = Node(parts.Input.Pipeline.Spec.Staging),
            ["rdma"] = parts.Input.RequestsRdma ? Node(parts.Input.Pipeline.Spec.Rdma) : null,
            ["execution"] = parts.Input.Graph.Execution.ToString(),
            ["image"] = parts.Input.SidecarImage,
            ["plan"] = Plan(parts.Input.Widest.Sidecars.First(one => one.Pod == slot.Stable)),
        };
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Dense(text)!.ToJsonString())))[..16];
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
    private static JsonNode Plan(SidecarPlan plan)
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

    /// <summary>Without nulls and empty lists: a field that a newer version adds, and that is not set, changes nothing.</summary>
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

/// <summary>
/// The hashes of one accepted spec, each computed once: of a large pipeline they are asked for by the thousand at every reconcile.
/// </summary>
internal sealed class TemplateHashes
{
    private readonly ConcurrentDictionary<(string Stable, string Replicas, string Image, bool Rdma), string> _known = [];

    /// <summary>How many were computed.</summary>
    public int Count => _known.Count;

    public string Of(PodParts parts, PodSlot slot)
    {
        var replicas = string.Join(' ', slot.Replicas.Select(one => FormattableString.Invariant($"{one.Operator}/{one.Replica}")));
        return _known.GetOrAdd((slot.Stable, replicas, parts.Input.SidecarImage, parts.Input.RequestsRdma),
            static (_, from) => TemplateHash.Computed(from.parts, from.slot), (parts, slot));
    }
}
