using System.Text.Json.Nodes;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Validation;

namespace K8sMediaFlow.Crds.Tests;

/// <summary>A document that sets everything that a pod may be told.</summary>
public sealed class FullDocumentTests
{
    private const string Text = """
        {
          "apiVersion": "k8smediaflow.io/v1alpha1", "kind": "MediaPipeline", "metadata": {"name": "full", "namespace": "media"},
          "spec": {
            "installation": "night", "nodeLossSeconds": 60, "linkSilenceMilliseconds": 3000, "linkHungMilliseconds": 20000,
            "rdma": {"resourceName": "rdma/hca"},
            "sidecar": {"resources": {"limits": {"cpu": 1}}, "logLevel": "Debug", "updatePolicy": "Automatic", "imagePullSecrets": [{"name": "ours"}], "securityContext": {"runAsUser": 1000}},
            "staging": {"polling": {"mode": "Busy"}},
            "operators": [
              {"name": "ingest", "image": "x", "imagePullPolicy": "IfNotPresent", "maxReplicas": 2,
               "env": [{"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "stream", "key": "key"}}}], "envFrom": [{"prefix": "P_", "configMapRef": {"name": "settings"}}],
               "ports": [{"name": "srt", "containerPort": 9000, "protocol": "UDP"}], "service": {"type": "LoadBalancer", "annotations": {"a": "b"}},
               "resources": {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"cpu": 2}, "claims": [{"name": "nic"}]},
               "resourceClaims": [{"name": "nic", "resourceClaimTemplateName": "nics"}],
               "securityContext": {"readOnlyRootFilesystem": true, "capabilities": {"drop": ["ALL"]}}, "podSecurityContext": {"fsGroup": 7, "supplementalGroups": [8]},
               "startupProbe": {"httpGet": {"path": "/", "port": "health"}}, "livenessProbe": {"tcpSocket": {"port": 80}}, "readinessProbe": {"exec": {"command": ["true"]}},
               "nodeSelector": {"disk": "ssd"}, "tolerations": [{"key": "media", "operator": "Exists", "effect": "NoSchedule"}],
               "affinity": {"nodeAffinity": {"anything": [1]}}, "topologySpreadConstraints": [{"maxSkew": 1, "topologyKey": "zone", "whenUnsatisfiable": "ScheduleAnyway"}],
               "imagePullSecrets": [{"name": "registry"}], "serviceAccountName": "media", "priorityClassName": "high", "runtimeClassName": "gvisor",
               "schedulerName": "own", "terminationGracePeriodSeconds": 60, "podMetadata": {"labels": {"team": "sport"}, "annotations": {"note": "x"}},
               "outputs": [{"name": "video", "caps": {"video": {"width": 640, "height": 360, "format": "yuv420p", "frameRate": "25"}}}]},
              {"name": "sink", "image": "x", "inputs": [{"name": "video"}]}
            ],
            "edges": [{"from": "ingest.video", "to": "sink.video"}]
          }
        }
        """;

    private static readonly MediaPipeline Pipeline = Read(Text);

    private static readonly OperatorSpec Ingest = Pipeline.Spec.Operators[0];

    [Fact]
    public void All_of_it_is_read_and_keeps_the_rules() => GraphRules.Check(PipelineGraphMapper.Map(Pipeline)).ShouldBeEmpty();

    [Fact]
    public void Amounts_are_kept_as_they_were_written()
    {
        var amounts = Ingest.Resources!.ToRequirements();
        (amounts.Limits!["cpu"], amounts.Requests!["cpu"], amounts.Requests["memory"], amounts.Claims!.Single().Name)
            .ShouldBe(("2", "500m", "1Gi", "nic"));
    }

    [Fact]
    public void What_a_pod_takes_as_it_is_comes_out_as_it_went_in()
    {
        CrdResources.Element(Ingest.Tolerations)!.Value.GetRawText()
            .ShouldBe("""[{"key":"media","operator":"Exists","effect":"NoSchedule"}]""");
        CrdResources.Element(Ingest.EnvFrom)!.Value.GetRawText().ShouldBe("""[{"prefix":"P_","configMapRef":{"name":"settings"}}]""");
        CrdResources.Element(Ingest.Env[0].ValueFrom)!.Value.GetRawText().ShouldBe("""{"secretKeyRef":{"name":"stream","key":"key"}}""");
        CrdResources.Element(Pipeline.Spec.Operators[1].Tolerations).ShouldBeNull();
        Ingest.StartupProbe!.HttpGet!.Port.ShouldBe("health");
        Ingest.Affinity!.Value.GetRawText().ShouldBe("""{"nodeAffinity":{"anything":[1]}}""");
    }

    [Fact]
    public void The_graph_has_what_rules_look_at()
    {
        var container = PipelineGraphMapper.Map(Pipeline).Operators[0].Container;
        container.Ports.ShouldBe([new Pipelines.Graph.ContainerPort("srt", 9000, "UDP")]);
        container.Claims.Single().Sources.ShouldBe(["resourceClaimTemplateName"]);
        container.PodSettings.Keys.Order(StringComparer.Ordinal)
            .ShouldBe(["affinity", "nodeSelector 'disk'", "podMetadata.annotations 'note'", "podMetadata.labels 'team'",
            "podSecurityContext", "priorityClassName", "resourceClaims 'nic'", "runtimeClassName", "schedulerName", "serviceAccountName",
                "terminationGracePeriodSeconds"]);
    }

    [Theory]
    [InlineData("\"2001m\"", "2", true)]
    [InlineData("\"2000m\"", "2", false)]
    [InlineData("\"0.1\"", "\"100m\"", false)]
    [InlineData("\"1Gi\"", "\"1G\"", true)]
    [InlineData("\"1Gi\"", "\"1024Mi\"", false)]
    [InlineData("\"1e9\"", "\"1G\"", false)]
    public void A_request_above_its_limit_breaks_a_rule(string request, string limit, bool broken)
    {
        var document = JsonNode.Parse(Text)!;
        var resources = document["spec"]!["operators"]![0]!["resources"]!;
        (resources["requests"]!["cpu"], resources["limits"]!["cpu"]) = (JsonNode.Parse(request), JsonNode.Parse(limit));
        GraphRules.Check(PipelineGraphMapper.Map(Read(document.ToJsonString()))).Select(one => one.Path)
            .ShouldBe(broken ? ["spec.operators[0].resources.requests.cpu"] : []);
    }

    [Fact]
    public void A_stored_object_is_read_with_its_metadata_and_status()
    {
        var document = JsonNode.Parse(Text)!;
        var stored = new CustomObject
        {
            Metadata = new ObjectMeta { Name = "full", Namespace = "media", Uid = "1-2", Generation = 7 },
            Spec = System.Text.Json.JsonDocument.Parse(document["spec"]!.ToJsonString()).RootElement,
            Status = System.Text.Json.JsonDocument.Parse("""{"phase": "Running", "conditions": [], "future": 1}""").RootElement,
        };
        var pipeline = MediaPipelineReader.Read(stored, out var faults).ShouldNotBeNull(string.Join('\n', faults));
        (pipeline.Metadata.Uid, pipeline.Metadata.Generation).ShouldBe(("1-2", 7));
        PipelineStatus.Read(pipeline.Status)!.Phase.ShouldBe(PipelinePhase.Running);
    }

    [Fact]
    public void A_status_that_nobody_understands_is_no_status()
    {
        PipelineStatus.Read(null).ShouldBeNull();
        PipelineStatus.Read(System.Text.Json.JsonDocument.Parse("""{"phase": "Dreaming"}""").RootElement).ShouldBeNull();
    }

    [Theory]
    [InlineData("cpu", "\"two\"")]
    [InlineData("cpu", "-1")]
    [InlineData("memory", "\"1GB\"")]
    [InlineData("memory", "true")]
    public void An_amount_that_is_none_is_refused_at_its_place(string resource, string value)
    {
        var document = JsonNode.Parse(Text)!;
        document["spec"]!["operators"]![0]!["resources"]!["limits"]![resource] = JsonNode.Parse(value);
        MediaPipelineReader.Read(document, out var faults).ShouldBeNull();
        faults.Single().Path.ShouldBe($"spec.operators[0].resources.limits.{resource}");
    }

    private static MediaPipeline Read(string text) =>
        MediaPipelineReader.Read(JsonNode.Parse(text), out var faults).ShouldNotBeNull(string.Join('\n', faults));
}
