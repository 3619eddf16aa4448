using System.Net;
using System.Text.Json;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>
/// A pod's address on the RDMA network. The network plugin that attaches the pod to networks writes the result into an annotation, as JSON;
/// nothing in it is taken for granted.
/// </summary>
/// <param name="Address">Numeric; null where there is none.</param>
/// <param name="Problem">Why there is none, beginning with the pod; null where no address was asked for.</param>
internal readonly record struct RdmaAddress(string? Address, string? Problem)
{
    public const string NetworksAnnotation = "k8s.v1.cni.cncf.io/networks", StatusAnnotation = "k8s.v1.cni.cncf.io/network-status";

    /// <param name="network">The network of the pipeline's device, if it names one.</param>
    public static RdmaAddress Of(Pod pod, string? network)
    {
        // A pod without an address is still being attached; one that was made without the device asked for no network.
        if (network is null || pod.Status?.PodIP is null or ""
            || pod.Annotation(NetworksAnnotation)?.Contains(network, StringComparison.Ordinal) != true)
            return default;
        var (address, problem) = NetworkName.TryParse(network, out var name)
            ? Read(pod.Annotation(StatusAnnotation), name with { Namespace = name.Namespace ?? pod.Metadata!.Namespace })
            : (null, $"'{network}' is no network");
        return new(address, problem is null ? null : $"pod {pod.Metadata!.Name}: {problem}");
    }

    private static (string? Address, string? Problem) Read(string? status, NetworkName network)
    {
        if (string.IsNullOrEmpty(status))
            return (null, $"nobody wrote {StatusAnnotation}: is Multus installed?");
        try
        {
            using var document = JsonDocument.Parse(status);
            return document.RootElement.ValueKind == JsonValueKind.Array
                ? Read(document.RootElement.EnumerateArray().Where(one => Is(one, network)).ToList(), network)
                : (null, $"{StatusAnnotation} is no list");
        }
        catch (JsonException error)
        {
            return (null, $"{StatusAnnotation} is no JSON: {error.Message}");
        }
    }

    private static (string? Address, string? Problem) Read(List<JsonElement> entries, NetworkName network)
    {
        var where = $"network {network.Namespace}/{network.Name}{(network.Interface is { } port ? $"@{port}" : "")}";
        if (entries.Count == 0)
            return (null, $"{StatusAnnotation} has no {where}");
        var texts = entries.SelectMany(one => one.TryGetProperty("ips", out var ips) && ips.ValueKind == JsonValueKind.Array
            ? ips.EnumerateArray()
            : default(IEnumerable<JsonElement>) ?? []).ToList();
        var address = texts.Select(one => one.ValueKind == JsonValueKind.String && IPAddress.TryParse(one.GetString(), out var ip)
            ? ip
            : null).FirstOrDefault(ip => ip is not null);
        return address is null ? (null, $"{StatusAnnotation} gives {where} no IP address") : (address.ToString(), null);
    }

    private static bool Is(JsonElement entry, NetworkName network) =>
        entry.ValueKind == JsonValueKind.Object && Text(entry, "name") is { } name
            && (name == network.Name || name == $"{network.Namespace}/{network.Name}")
        && (network.Interface is null || Text(entry, "interface") == network.Interface);

    private static string? Text(JsonElement entry, string field) =>
        entry.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
