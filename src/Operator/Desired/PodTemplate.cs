using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>The pod of a slot: a sidecar and the slot's media operators.</summary>
internal static class PodTemplate
{
    public const long GraceSeconds = 30;

    public static Pod Of(PodParts parts, PodSlot slot, string name)
    {
        // A pod without an owner would never be removed.
        Invariant.That(parts.Owner is not null);
        return new()
        {
            Metadata = new()
            {
                Name = name,
                Namespace = parts.Input.Namespace,
                Labels = Labels(parts, slot),
                Annotations = Annotations(parts, slot),
                OwnerReferences = [parts.Owner],
            },
            Spec = Spec(parts, slot),
        };
    }

    private static PodSpec Spec(PodParts parts, PodSlot slot)
    {
        var sidecar = SidecarContainer.Of(parts, slot);
        var media = slot.Replicas.Select(replica => MediaOperatorContainer.Of(parts, slot, replica));
        var native = parts.Input.Server.NativeSidecar;
        return new()
        {
            InitContainers = native ? [sidecar] : null,
            Containers = native ? [.. media] : [sidecar, .. media],
            Volumes = [.. PodVolumes.Of(parts, slot)],
            RestartPolicy = parts.Input.Graph.Execution == Execution.Batch ? "OnFailure" : "Always",
            TerminationGracePeriodSeconds = parts.FirstValue(spec => spec.TerminationGracePeriodSeconds) ?? GraceSeconds,
            // Nothing in the pod speaks to the API server.
            AutomountServiceAccountToken = false,
            EnableServiceLinks = false,
            ServiceAccountName = parts.First(spec => spec.ServiceAccountName),
            NodeSelector = Merged(parts.Specs.Select(spec => spec.NodeSelector)),
            Affinity = parts.FirstValue(spec => spec.Affinity),
            Tolerations = List(parts.Specs.Select(spec => CrdResources.Element(spec.Tolerations))),
            TopologySpreadConstraints = Spread(parts),
            PriorityClassName = parts.First(spec => spec.PriorityClassName),
            RuntimeClassName = parts.First(spec => spec.RuntimeClassName),
            SchedulerName = parts.First(spec => spec.SchedulerName),
            SecurityContext = SecurityDefaults.Pod(parts.First(spec => spec.PodSecurityContext)),
            ImagePullSecrets = PullSecrets(parts),
            ResourceClaims = List(parts.Specs.Select(spec => CrdResources.Element(spec.ResourceClaims)).Append(RdmaClaim(parts.Input))),
        };
    }

    /// <summary>
    /// A pod has one list for all its images: the sidecar's, which may be in another registry than the media operators', and theirs.
    /// </summary>
    private static List<LocalReference>? PullSecrets(PodParts parts)
    {
        List<LocalReference> secrets =
        [
            .. parts.Input.Settings.SidecarImagePullSecrets.Select(name => new LocalReference(name)),
            .. parts.Input.Pipeline.Spec.Sidecar?.ImagePullSecrets ?? [],
            .. parts.Specs.SelectMany(spec => spec.ImagePullSecrets),
        ];
        return secrets.Count > 0 ? [.. secrets.Distinct()] : null;
    }

    /// <summary>The claim of the sidecar: a pod names all of its containers' claims.</summary>
    private static JsonElement? RdmaClaim(RenderInput input) => input.ClaimsRdma
        ? DesiredJson.Element(new JsonArray(new JsonObject
        {
            ["name"] = PodPaths.RdmaClaim,
            ["resourceClaimTemplateName"] = input.Pipeline.Spec.Rdma!.ResourceClaimTemplateName,
        }))
        : null;

    private static Dictionary<string, string> Labels(PodParts parts, PodSlot slot)
    {
        var labels = Merged(parts.Specs.Select(spec => spec.PodMetadata?.Labels)) ?? [];
        foreach (var (name, value) in WellKnownLabels.Of(parts.Input.Graph.Name, parts.Unit))
            labels[name] = value;
        (labels[WellKnownLabels.Pod], labels[WellKnownLabels.Ordinal]) = (slot.Stable, slot.Ordinal.ToString(CultureInfo.InvariantCulture));
        return labels;
    }

    private static Dictionary<string, string> Annotations(PodParts parts, PodSlot slot)
    {
        var annotations = Merged(parts.Specs.Select(spec => spec.PodMetadata?.Annotations)) ?? [];
        if (parts.Input.RequestsRdma && parts.Input.Pipeline.Spec.Rdma?.Network is { } network)
            annotations[K8sMediaFlow.Operator.Desired.RdmaAddress.NetworksAnnotation] =
                annotations.TryGetValue(K8sMediaFlow.Operator.Desired.RdmaAddress.NetworksAnnotation, out var others)
                ? $"{others},{network}"
                : network;
        annotations[WellKnownLabels.TemplateHash] = TemplateHash.Of(parts, slot);
        annotations[WellKnownLabels.Generation] = parts.Input.AcceptedGeneration.ToString(CultureInfo.InvariantCulture);
        annotations["kubectl.kubernetes.io/default-container"] = PodParts.ContainerName(slot, slot.Replicas[0]);
        return annotations;
    }

    /// <summary>A constraint without a selector counts the unit's own pods.</summary>
    private static JsonElement? Spread(PodParts parts)
    {
        var own = new JsonObject([.. Services.Selector(parts.Input, parts.Unit)
            .Select(label => KeyValuePair.Create(label.Key, (JsonNode?)label.Value))]);
        if (List(parts.Specs.Select(spec => CrdResources.Element(spec.TopologySpreadConstraints))) is not { } list)
            return null;
        var nodes = JsonArray.Create(list)!;
        foreach (var one in nodes.OfType<JsonObject>().Where(one => one["labelSelector"] is null))
            one["labelSelector"] = new JsonObject { ["matchLabels"] = own.DeepClone() };
        return DesiredJson.Element(nodes);
    }

    private static JsonElement? List(IEnumerable<JsonElement?> lists)
    {
        var seen = new List<string>();
        foreach (var item in lists.OfType<JsonElement>().SelectMany(list => list.EnumerateArray()))
            if (item.GetRawText() is var text && !seen.Contains(text))
                seen.Add(text);
        return seen.Count == 0 ? null : JsonDocument.Parse($"[{string.Join(',', seen)}]").RootElement;
    }

    private static Dictionary<string, string>? Merged(IEnumerable<IReadOnlyDictionary<string, string>?> maps)
    {
        var merged = new Dictionary<string, string>();
        foreach (var (name, value) in maps.OfType<IReadOnlyDictionary<string, string>>().SelectMany(map => map))
            merged.TryAdd(name, value);
        return merged.Count > 0 ? merged : null;
    }
}
