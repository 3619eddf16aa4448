using System.Text.Json.Nodes;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Operator.Tests.Desired;

public class TemplateHashTests
{
    [Theory]
    [InlineData("another image of the operator", "ingest", """{"image": "registry.example/media:2"}""", "live-ingest-0")]
    [InlineData("other arguments", "analyse", """{"args": ["analyse", "--fast"]}""", "live-analyse-0 live-analyse-1")]
    [InlineData("more memory for the media operator", "ingest", """{"resources": {"limits": {"memory": "2Gi"}}}""", "live-ingest-0")]
    [InlineData("a label of the pods", "ingest", """{"podMetadata": {"labels": {"team": "sport"}}}""", "")]
    [InlineData("another Service", "ingest", """{"service": {"type": "NodePort"}}""", "")]
    [InlineData("a scale within the maximum", "analyse", """{"replicas": 3}""", "")]
    public void Only_what_a_running_pod_cannot_follow_changes_the_hash(string change, string name, string patch, string replaced)
    {
        var before = Rendering.Input(Pipelines.Live, 31);
        var after = Rendering.Input(Pipelines.Live, 31, document => Patch(document, name, JsonNode.Parse(patch)!.AsObject()));
        string.Join(' ', Changed(before, after)).ShouldBe(replaced, change);
    }

    [Theory]
    [InlineData("what it drops when it is full", """{"onFull": "LatestOnly"}""", false)]
    [InlineData("how old its frames may be", """{"deadlineMilliseconds": 80}""", false)]
    [InlineData("no limit of age", """{"deadlineMilliseconds": null}""", false)]
    [InlineData("every frame is kept", """{"delivery": "AtLeastOnce", "onFull": "Block", "deadlineMilliseconds": null}""", true)]
    public void Running_pods_follow_what_an_edge_may_drop_but_not_whether_it_may(string change, string patch, bool isReplaced)
    {
        const string Dropping = """{"delivery": "AtMostOnce", "onFull": "DropOldest", "deadlineMilliseconds": 200}""";
        var before = Rendering.Input(Pipelines.Live, 31, document => PatchEdge(document, Dropping));
        var after = Rendering.Input(Pipelines.Live, 31, document =>
        {
            PatchEdge(document, Dropping);
            PatchEdge(document, patch);
        });
        Changed(before, after).Count.ShouldBe(isReplaced ? 3 : 0, change);
    }

    [Fact]
    public void Another_server_version_and_another_rendering_restart_nothing() =>
        Hashes(Rendering.Input(Pipelines.Live, 20)).ShouldBe(Hashes(Rendering.Input(Pipelines.Live, 34)));

    [Fact]
    public void Larger_pictures_restart_every_pod_that_holds_them()
    {
        var before = Rendering.Input(Pipelines.Live, 31);
        var after = Rendering.Input(Pipelines.Live, 31,
            document => document["spec"]!["operators"]![0]!["outputs"]![0]!["caps"]!["video"]!["width"] = 1280);
        Changed(before, after).ShouldBe(Hashes(before).Keys, ignoreOrder: true);
    }

    [Fact]
    public void Another_sidecar_image_restarts_pods_only_when_the_pipeline_takes_it()
    {
        var input = Rendering.Input(Pipelines.Live, 31);
        Hashes(input with { Settings = input.Settings with { SidecarImage = "registry.example/sidecar:2" } }).ShouldBe(Hashes(input));
        var taken = Hashes(input with { SidecarImage = "registry.example/sidecar:2" });
        Hashes(input).Keys.ShouldAllBe(stable => taken[stable] != Hashes(input)[stable]);
    }

    [Fact]
    public void Another_receiver_of_telemetry_restarts_nothing_and_is_told_to_new_pods()
    {
        var input = Rendering.Input(Pipelines.Live, 31);
        var sending = input with
        {
            Settings = input.Settings with
            {
                SidecarTelemetry = new Dictionary<string,
                string>
                { ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://collector:4318" },
            },
        };
        Hashes(sending).ShouldBe(Hashes(input));
        Rendering.Render(sending).Pods.SelectMany(pod => pod.Spec!.Containers!.Concat(pod.Spec.InitContainers ?? []))
            .Where(container => container.Env?.Any(one => one is
            {
                Name: "OTEL_EXPORTER_OTLP_ENDPOINT",
                Value: "http://collector:4318"
            }) == true)
            .Select(container => container.Name).Distinct().ShouldBe([PodPaths.SidecarContainer]);
    }

    [Fact]
    public void What_is_remembered_is_what_would_be_computed_and_is_computed_once()
    {
        var input = Rendering.Input(Pipelines.Live, 31);
        var remembering = input with { Hashes = new() };
        foreach (var other in new[]
        {
            input,
            input with { SidecarImage = "registry.example/sidecar:2" },
            input with { RequestsRdma = true },
            input with { Graph = Scaled(input.Graph, "encode", 0) },
        })
        {
            for (var i = 0; i < 2; i++)
                Hashes(other with { Hashes = remembering.Hashes }).ShouldBe(Hashes(other), ignoreOrder: true);
        }
        remembering.Hashes.Count.ShouldBe(4 + 4 + 4 + 1);
    }

    private static PipelineGraph Scaled(PipelineGraph graph, string name, int replicas) => graph with
    {
        Operators = [.. graph.Operators.Select(node => node.Name == name ? node with { Replicas = replicas } : node)],
    };

    /// <summary>The pods whose hash changes: those of which is said before the change that it replaces them.</summary>
    private static List<string> Changed(RenderInput before, RenderInput after)
    {
        var (old, young) = (Hashes(before), Hashes(after));
        List<string> changed = [.. old.Keys.Where(stable => young[stable] != old[stable]).Order(StringComparer.Ordinal)];
        PodChanges.Of(before.Pipeline, after.Pipeline).Where(change => change.Kind == PodChangeKind.Replaced && old.ContainsKey(change.Pod))
            .Select(change => change.Pod).Order(StringComparer.Ordinal).ShouldBe(changed);
        return changed;
    }

    private static Dictionary<string, string> Hashes(RenderInput input) =>
        Rendering.Render(input)
            .Pods.ToDictionary(pod => pod.Label(WellKnownLabels.Pod)!, pod => pod.Annotation(WellKnownLabels.TemplateHash)!);

    private static void Patch(JsonObject document, string name, JsonObject patch) =>
        Patch(document["spec"]!["operators"]!.AsArray().First(one => (string)one!["name"]! == name)!.AsObject(), patch);

    /// <summary>Of the edge to the analysers.</summary>
    private static void PatchEdge(JsonObject document, string patch) =>
        Patch(document["spec"]!["edges"]![0]!.AsObject(), JsonNode.Parse(patch)!.AsObject());

    // As the API server merges: null takes a field away.
    private static void Patch(JsonObject spec, JsonObject patch)
    {
        foreach (var (field, value) in patch)
            if (value is null)
                spec.Remove(field);
            else
                spec[field] = value.DeepClone();
    }
}
