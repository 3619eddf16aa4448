using System.Text.Json.Nodes;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Chart.Tests;

/// <summary>What a real API server makes of the chart and of the kinds in it.</summary>
public sealed class InstalledChartTests(InstalledChart installed) : IClassFixture<InstalledChart>
{
    private const string Small = """
        apiVersion: k8smediaflow.io/v1alpha1
        kind: MediaPipeline
        metadata: {name: small}
        spec:
          operators:
          - {name: generate, image: x, outputs: [{name: video}]}
          - {name: sink, image: x, inputs: [{name: video}]}
          edges:
          - {from: generate.video, to: sink.video}
        """;

    [NeedsFact("kubernetes", "helm")]
    public void The_server_finds_nothing_wrong_with_the_kinds()
    {
        foreach (var kind in new[] { "mediapipelines", "mediaoperators" })
            JsonNode.Parse(installed.Kubectl("get", "crd", $"{kind}.k8smediaflow.io", "-o", "json"))!["status"]!["conditions"]!.AsArray()
                .Select(one => $"{one!["type"]}={one["status"]}").Order().ShouldBe(["Established=True", "NamesAccepted=True"]);
    }

    [NeedsFact("kubernetes", "helm")]
    public void Every_sample_is_taken_with_its_defaults_and_shown_in_columns()
    {
        foreach (var sample in Directory.GetFiles(Path.Combine(Sources.Root, "config", "samples"), "*.yaml"))
            installed.Apply(File.ReadAllText(sample)).ShouldContain("mediapipeline.k8smediaflow.io/");
        var lines = installed.Kubectl("get", "mp").Split('\n');
        lines[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .ShouldBe(["NAME", "READY", "PHASE", "OPERATORS", "PODS", "TRANSPORT", "FPS", "DROPPED", "AGE"]);
        lines.Length.ShouldBeGreaterThan(5);
        var stored = JsonNode.Parse(installed.Kubectl("get", "mediapipeline", "ingest-srt", "-o", "json"))!["spec"]!;
        (stored["nodeLossSeconds"]!.GetValue<int>(), stored["transport"]!.GetValue<string>(),
            stored["edges"]![0]!["delivery"]!.GetValue<string>()).ShouldBe((30, "Auto", "AtLeastOnce"));
    }

    [NeedsTheory("kubernetes", "helm")]
    [InlineData("kind: MediaPipeline", "kind: MediaPipeline", "mediapipeline.k8smediaflow.io/small")]
    [InlineData("spec:", "spec:\n  transport: UDP", "spec.transport: Unsupported value: \"UDP\"")]
    [InlineData("spec:", "spec:\n  nodeLossSeconds: 0", "spec.nodeLossSeconds")]
    [InlineData("name: sink,", "name: generate,", "spec.operators[1]: Duplicate value")]
    [InlineData("image: x, inputs", "inputs", "spec.operators.image: Required value")]
    [InlineData("image: x, inputs", "image: x, replicas: 1000, inputs", "spec.operators.replicas")]
    [InlineData("image: x, inputs", "image: x, ports: [{name: a, containerPort: 99999}], inputs", "spec.operators.ports.containerPort")]
    [InlineData("image: x, inputs", "image: x, resources: {limits: {cpu: two}}, inputs", "spec.operators.resources.limits")]
    [InlineData("image: x, inputs", "image: x, resources: {limits: {cpu: 2, memory: 1Gi}}, inputs", "mediapipeline.k8smediaflow.io/small")]
    [InlineData("to: sink.video}", "to: sink.video}\n  - {from: generate.video, to: sink.video}", "spec.edges[1]: Duplicate value")]
    public void The_schema_alone_refuses_what_has_the_wrong_shape(string from, string to, string answer) =>
        installed.Apply(Small.Replace(from, to, StringComparison.Ordinal)).ShouldContain(answer);

    [NeedsFact("kubernetes", "helm")]
    public void The_controller_may_do_what_it_does_and_nothing_that_it_does_not()
    {
        foreach (var action in new[]
        {
            "list mediapipelines",
            "patch mediapipelines --subresource=status",
            "create pods",
            "delete pods",
            "create secrets",
            "patch networkpolicies",
            "watch nodes",
            "create events",
            "patch mediaoperators",
        })
            installed.MayController([.. action.Split(' '), "-n", "default"]).ShouldBeTrue(action);
        foreach (var action in new[]
        {
            "patch mediapipelines",
            "delete mediapipelines",
            "create pods --subresource=exec",
            "get pods --subresource=log",
            "update mediaoperators --subresource=scale",
            "delete nodes",
            "create deployments",
            "update clusterroles",
            "create customresourcedefinitions",
            "update leases",
            "patch namespaces",
        })
            installed.MayController([.. action.Split(' '), "-n", "default"]).ShouldBeFalse(action);
        installed.MayController("update", "leases/k8smediaflow-controller", "-n", Helm.Namespace).ShouldBeTrue();
        installed.MayController("update", "leases/another", "-n", Helm.Namespace).ShouldBeFalse();
        installed.MayController("patch", $"validatingwebhookconfigurations/{Helm.Release}").ShouldBeTrue();
        installed.MayController("patch", "validatingwebhookconfigurations/another").ShouldBeFalse();
    }

    [NeedsFact("kubernetes", "helm")]
    public void Pipelines_outlive_the_chart_and_the_webhooks_authority_outlives_an_upgrade()
    {
        const string Webhook = """webhook={"enabled": true, "failurePolicy": "Ignore"}""";
        installed.Apply(Small.Replace("name: small", "name: survivor", StringComparison.Ordinal)).ShouldContain("survivor");
        installed.Kubectl("patch", "validatingwebhookconfiguration", Helm.Release, "--type=json", "-p",
            """[{"op": "add", "path": "/webhooks/0/clientConfig/caBundle", "value": "Zm9v"}]""");
        installed.Install("upgrade", "allNamespaces=true", Webhook, "logLevel=\"Debug\"");
        installed.Kubectl("get", "validatingwebhookconfiguration", Helm.Release, "-o", "jsonpath={.webhooks[0].clientConfig.caBundle}")
            .ShouldBe("Zm9v");
        installed.Uninstall();
        installed.Kubectl("get", "mediapipeline", "survivor", "-o", "name").Trim().ShouldBe("mediapipeline.k8smediaflow.io/survivor");
        installed.Install("install", "allNamespaces=true", Webhook);
        installed.Kubectl("get", "mediapipeline", "survivor", "-o", "name").Trim().ShouldBe("mediapipeline.k8smediaflow.io/survivor");
    }
}
