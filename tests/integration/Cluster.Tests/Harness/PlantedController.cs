using K8sMediaFlow.KubernetesRuntime.Informers;

namespace K8sMediaFlow.Cluster.Tests.Harness;

/// <summary>
/// A controller with a fault in the place of the sound ones: one alone, which ends before the next starts, so that no other can lead. The
/// sound ones come back in the end.
/// </summary>
public sealed class PlantedController : IDisposable
{
    private const string Variable = "K8SMEDIAFLOW_PLANTED_FAULT",
        Alone = """{"replicas": 1, "strategy": {"type": "Recreate", "rollingUpdate": null}, """,
        Both = """{"replicas": 2, "strategy": {"type": "RollingUpdate"}, """;
    private TwoNodes? _cluster;

    public void Plant(TwoNodes cluster, string fault)
    {
        _cluster = cluster;
        Change(cluster.Kubectl, Alone, $$""" "value": "{{fault}}" """);
    }

    public void Dispose()
    {
        if (_cluster is not null)
            Change(_cluster.Kubectl, Both, """ "$patch": "delete" """);
    }

    private static void Change(Kubectl kubectl, string how, string value)
    {
        var container = $$"""{"name": "controller", "env": [{"name": "{{Variable}}", {{value}} }]}""";
        kubectl.Run("patch", "deployment", Helm.Release, "-n", Helm.Space, "-p",
            "{\"spec\": " + how + "\"template\": {\"spec\": {\"containers\": [" + container + "]}}}}");
        Wait.Until("the controllers are others",
            () => kubectl.Try(null, "rollout", "status", $"deployment/{Helm.Release}", "-n", Helm.Space, "--timeout=20s").ExitCode == 0);
        Wait.Until("one of them leads", () => Leadership.Read(kubectl).Pod is { Length: > 0 } leader && Controllers(kubectl)
            .Contains(leader), () => $"{Leadership.Read(kubectl)}");
    }

    private static List<string> Controllers(Kubectl kubectl) =>
        [.. kubectl.Get("pod", space: Helm.Space, selector: "app.kubernetes.io/component=controller").GetProperty("items").EnumerateArray()
        .Select(pod => pod.GetProperty("metadata")).Where(metadata => !metadata.TryGetProperty("deletionTimestamp", out _))
            .Select(metadata => metadata.GetProperty("name").GetString()!)];
}
