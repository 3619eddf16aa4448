using System.Text.Json;
using System.Text.Json.Nodes;
using K8sMediaFlow.TestKit;
using Shouldly;

namespace K8sMediaFlow.Cluster.Tests.Harness;

/// <summary>The cases may be given a cluster of any version, so what they read of a pod is held against a pod of a new one.</summary>
public sealed class PodTests
{
    [Fact]
    public void A_pod_of_a_newer_kubelet_has_its_sidecar_among_the_init_containers()
    {
        var pod = Recorded("ready");
        (pod.Unit, pod.Node, pod.Phase, pod.IsEnding).ShouldBe(("source", "n1", "Running", false));
        pod.SidecarImage.ShouldBe("registry.example/sidecar:1");
        pod.Containers.Select(one => one.Name).ShouldBe(["source", "sidecar"], ignoreOrder: true);
        pod.Container("sidecar").ShouldBe(new("sidecar", 0, new DateTime(2026, 5, 1, 11, 59, 4, DateTimeKind.Utc)));
        pod.Container("source").ShouldBe(new("source", 0, new DateTime(2026, 5, 1, 11, 59, 7, DateTimeKind.Utc)));
    }

    [Fact]
    public void A_pod_has_ended_with_the_last_of_its_containers_and_its_time_begins_with_the_request()
    {
        Recorded("ready").EndTook.ShouldBeNull("its deletion was not asked for");
        Recorded("ends-operator-first").EndTook.ShouldBeNull("its sidecar runs");
        // The server writes when the 30 s of the pod will be over; its media operator ended at 11:59:20 and its sidecar at 11:59:25.
        var pod = Recorded("ends-sidecar-last", overAt: "2026-05-01T11:59:45Z");
        pod.DeletionAskedAt.ShouldBe(new DateTime(2026, 5, 1, 11, 59, 15, DateTimeKind.Utc));
        pod.EndTook.ShouldBe(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void A_container_that_the_kubelet_finds_no_more_has_ended_at_a_time_it_does_not_tell()
    {
        Recorded("ends-operator-first").HasEnded.ShouldBeFalse("its sidecar runs");
        Recorded("ends-sidecar-last").HasEnded.ShouldBeTrue();
        // As the kubelet of 1.20 has it.
        var lost = JsonNode.Parse("""
            {
              "state": { "waiting": { "reason": "ContainerCreating" } },
              "lastState": { "terminated": { "exitCode": 137, "reason": "ContainerStatusUnknown", "startedAt": null, "finishedAt": null } }
            }
            """)!;
        var pod = Recorded("ends-operator-first", one => Replace(one, "sidecar", lost));
        (pod.HasEnded, pod.EndTook).ShouldBe((true, null));
    }

    private static void Replace(JsonNode pod, string container, JsonNode states)
    {
        var status = new[] { "containerStatuses", "initContainerStatuses" }
            .SelectMany(list => pod["status"]![list]?.AsArray() ?? []).Single(one => (string?)one!["name"] == container)!;
        (status["state"], status["lastState"]) = (states["state"]!.DeepClone(), states["lastState"]!.DeepClone());
    }

    private static Pod Recorded(string moment, string? overAt = null) => Recorded(moment, pod =>
    {
        if (overAt is not null)
            pod["metadata"]!["deletionTimestamp"] = overAt;
    });

    private static Pod Recorded(string moment, Action<JsonNode> change)
    {
        var record = Path.Combine(Sources.Root, "tests", "unit", "Operator.Tests", "Golden", "Kubelet-1.36", moment + ".json");
        var pod = JsonNode.Parse(File.ReadAllText(record))!;
        change(pod);
        return Pod.Read(JsonDocument.Parse(pod.ToJsonString()).RootElement);
    }
}
