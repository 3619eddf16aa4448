using System.Text.Json;
using System.Text.Json.Nodes;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>From a media operator's container and pod fields to what rules must know of them.</summary>
internal static class ContainerMapper
{
    internal static ContainerNode Map(OperatorSpec spec) => new()
    {
        Ports = [.. spec.Ports.Select(port => new ContainerPort(port.Name, port.ContainerPort,
            port.Protocol == PortProtocol.Udp ? "UDP" : "TCP"))],
        HasService = spec.Service is not null,
        EnvironmentSources = [.. spec.EnvFrom.Select(one => Set(("configMapRef", one.ConfigMapRef), ("secretRef", one.SecretRef)))],
        Claims = [.. spec.ResourceClaims.Select(one => new ResourceClaim(one.Name,
            Set(("resourceClaimName", one.ResourceClaimName), ("resourceClaimTemplateName", one.ResourceClaimTemplateName))))],
        ClaimNames = [.. (spec.Resources?.Claims ?? []).Select(one => one.Name)],
        Amounts = Amounts(spec.Resources),
        TerminationGracePeriodSeconds = spec.TerminationGracePeriodSeconds,
        MetadataKeys = [.. Keys("podMetadata.labels", spec.PodMetadata?.Labels),
            .. Keys("podMetadata.annotations", spec.PodMetadata?.Annotations)],
        PodSettings = Settings(spec),
    };

    internal static IReadOnlyList<RequestedAmount> Amounts(ResourceSpec? spec) => spec is not { Requests: { } requests, Limits: { } limits }
        ? []
        : [.. requests.Where(one => limits.ContainsKey(one.Key))
            .Select(one => new RequestedAmount(one.Key, one.Value.Amount, limits[one.Key].Amount))];

    internal static IReadOnlyList<string> Sources(EnvironmentValueSpec from) =>
        Set(("fieldRef", from.FieldRef), ("resourceFieldRef", from.ResourceFieldRef),
        ("configMapKeyRef", from.ConfigMapKeyRef), ("secretKeyRef", from.SecretKeyRef));

    /// <summary>
    /// Pods of a group simply have all tolerations, spreads and pull secrets of their members; maps and claims meet key by key.
    /// </summary>
    private static Dictionary<string, string> Settings(OperatorSpec spec)
    {
        var settings = new Dictionary<string, string>();
        Add(settings, "affinity", spec.Affinity);
        Add(settings, "podSecurityContext", CrdResources.Element(spec.PodSecurityContext));
        Add(settings, "serviceAccountName", CrdResources.Element(spec.ServiceAccountName));
        Add(settings, "priorityClassName", CrdResources.Element(spec.PriorityClassName));
        Add(settings, "runtimeClassName", CrdResources.Element(spec.RuntimeClassName));
        Add(settings, "schedulerName", CrdResources.Element(spec.SchedulerName));
        Add(settings, "terminationGracePeriodSeconds",
            spec.TerminationGracePeriodSeconds is { } seconds
            ? JsonSerializer.SerializeToElement(seconds, CrdJsonContext.Default.Int64)
            : null);
        foreach (var claim in spec.ResourceClaims)
            Add(settings, $"resourceClaims '{claim.Name}'", CrdResources.Element(claim));
        foreach (var (field, map) in new[]
        {
            ("nodeSelector", spec.NodeSelector),
            ("podMetadata.labels", spec.PodMetadata?.Labels),
            ("podMetadata.annotations", spec.PodMetadata?.Annotations),
        })
            foreach (var (key, value) in map ?? new Dictionary<string, string>())
                settings[$"{field} '{key}'"] = value;
        return settings;
    }

    private static void Add(Dictionary<string, string> settings, string field, JsonElement? value)
    {
        if (value is { } set)
            settings[field] = Canonical(JsonNode.Parse(set.GetRawText()))?.ToJsonString() ?? "null";
    }

    /// <summary>The order of keys means nothing: two people who write the same in another order agree.</summary>
    private static JsonNode? Canonical(JsonNode? node) => node switch
    {
        JsonObject thing =>
            new JsonObject(thing.OrderBy(one => one.Key, StringComparer.Ordinal)
                .Select(one => KeyValuePair.Create(one.Key, Canonical(one.Value)))),
        JsonArray list => new JsonArray([.. list.Select(Canonical)]),
        _ => node?.DeepClone(),
    };

    private static IEnumerable<MetadataKey> Keys(string field, IReadOnlyDictionary<string, string>? entries) =>
        (entries ?? new Dictionary<string, string>()).Keys.Select(key => new MetadataKey(field, key));

    private static string[] Set(params (string Field, object? Value)[] fields) =>
        [.. fields.Where(one => one.Value is not null).Select(one => one.Field)];
}
