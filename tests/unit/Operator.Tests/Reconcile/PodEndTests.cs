using System.Text.Json;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Model;

namespace K8sMediaFlow.Operator.Tests.Reconcile;

/// <summary>When nothing of a pod that is being removed runs any more, in the words of kubelets.</summary>
public class PodEndTests
{
    private const string Running = """{"running":{}}""", Ended = """{"terminated":{"exitCode":0}}""", Waiting = """{"waiting":{}}""";

    [Theory]
    [InlineData("both ended", true, Ended, null, Ended, null)]
    [InlineData("not found any more (1.20)", true, Waiting, Ended, Waiting, Ended)]
    [InlineData("the sidecar drains", false, Running, null, Ended, null)]
    [InlineData("the media operator finishes", false, Ended, null, Running, null)]
    [InlineData("it ended before and runs again", false, Running, Ended, Ended, null)]
    [InlineData("never started", false, Waiting, null, Waiting, null)]
    [InlineData("no word of one container", false, Ended, null, null, null)]
    public void A_pod_has_ended_when_the_kubelet_says_so_of_every_container(string what, bool ended, string sidecar, string? sidecarBefore,
        string? other, string? otherBefore)
    {
        var containers = other is null ? Container("sidecar", sidecar, sidecarBefore)
            : $"{Container("sidecar", sidecar, sidecarBefore)},{Container("analyse", other, otherBefore)}";
        View("Running", containers, "").HasEnded.ShouldBe(ended, what);
        View("Running", containers, "", isRemoved: false).HasEnded.ShouldBeFalse("only what is being removed has ended for good");
    }

    [Theory]
    [InlineData(Running, false)]
    [InlineData(Ended, true)]
    public void A_native_sidecar_counts_although_it_is_an_init_container(string sidecar, bool ended) =>
        View("Running", $"{Container("source", Ended, null)},{Container("analyse", Ended, null)}", Container("sidecar", sidecar, null))
            .HasEnded.ShouldBe(ended);

    [Theory]
    [InlineData("Succeeded")]
    [InlineData("Failed")]
    public void A_pod_in_a_last_phase_has_ended_whatever_its_containers_say(string phase) => View(phase, "", "").HasEnded.ShouldBeTrue();

    private static PodView View(string phase, string containers, string inits, bool isRemoved = true) =>
        PodView.Of(JsonSerializer.Deserialize<Pod>($$"""
            {
              "metadata": { "name": "p", "uid": "u"{{(isRemoved ? ", \"deletionTimestamp\": \"2026-12-01T13:30:20Z\"" : "")}} },
              "spec": { "containers": [{ "name": "a", "image": "i" }, { "name": "b", "image": "i" }] },
              "status": { "phase": "{{phase}}", "containerStatuses": [{{containers}}], "initContainerStatuses": [{{inits}}] }
            }
            """, JsonSerializerOptions.Web)!, default, DateTimeOffset.UnixEpoch);

    private static string Container(string name, string state, string? before) =>
        $$"""{ "name": "{{name}}", "state": {{state}}{{(before is null ? "" : $", \"lastState\": {before}")}} }""";
}
