using System.Text.Json;
using K8sMediaFlow.TestKit;
using Shouldly;

namespace K8sMediaFlow.Cluster.Tests.Harness;

/// <summary>The cases may be given a cluster of any version, so what they read of a pod is held against a pod of a new one.</summary>
public sealed class PodTests
{
    [Fact]
    public void A_pod_of_a_newer_kubelet_has_its_sidecar_among_the_init_containers()
    {
        var record = Path.Combine(Sources.Root, "tests", "unit", "Operator.Tests", "Golden", "Kubelet-1.36", "ready.json");
        var pod = Pod.Read(JsonDocument.Parse(File.ReadAllText(record)).RootElement);
        (pod.Unit, pod.Node, pod.Phase, pod.IsEnding).ShouldBe(("source", "n1", "Running", false));
        pod.SidecarImage.ShouldBe("registry.example/sidecar:1");
        pod.Containers.Select(one => one.Name).ShouldBe(["source", "sidecar"], ignoreOrder: true);
        pod.Container("sidecar").ShouldBe(new("sidecar", 0, new DateTime(2026, 5, 1, 11, 59, 4, DateTimeKind.Utc)));
        pod.Container("source").ShouldBe(new("source", 0, new DateTime(2026, 5, 1, 11, 59, 7, DateTimeKind.Utc)));
    }
}
