using System.Text.Json;
using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.TestKit;
using Shouldly;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>What a user does with pipelines, and sees of them.</summary>
public sealed class PipelineCases(ITestOutputHelper output) : FlowCase(output)
{
    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void An_applied_pipeline_becomes_ready_its_frames_cross_nodes_and_its_columns_say_so()
    {
        using var flow = NewFlow().Start();
        Wait.Until("Ready", () => flow.Is("Ready", "True"), flow.Describe);
        (flow.PodOf("source").Node, flow.PodOf("sink").Node).ShouldBe(("node1", "node2"));
        StartupWarnings(flow).ShouldBeEmpty();
        Wait.Until("the status counts frames",
            () => Columns(flow) is [_, "True", "Running", "3/3", "3/3", "TCP", not "" and not "0", "0", _],
            () => string.Join(" | ", Columns(flow)));
        Print($"kubectl get mp: {string.Join(" ", Columns(flow))}; {flow.Account}");
        flow.ShouldBeWhole("steady flow");
        var source = flow.PodOf("source");
        foreach (var line in Kubectl.Run("logs", source.Name, "-n", flow.Space, "-c", "sidecar")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries))
            JsonDocument.Parse(line).RootElement.GetProperty("Category").GetString().ShouldBe("flow-source-0");
    }

    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void An_invalid_edit_says_why_and_leaves_pods_and_frames_alone()
    {
        using var flow = NewFlow().Start();
        var pods = flow.Pods().Select(pod => pod.Name).Order().ToList();
        flow.Disturb("invalid edit", () => flow.Apply(Documents.Flow(flow.Space, "Streaming")
            .Replace("to: sink.video", "to: sink.sound", StringComparison.Ordinal)));
        Wait.Until("Accepted=False", () => flow.Is("Accepted", "False"), flow.Describe);
        flow.Condition("Accepted").GetProperty("message")
            .GetString()!.ShouldContain("spec.edges[1].to: operator 'sink' has no input 'sound'");
        flow.Pods().Select(pod => pod.Name).Order().ShouldBe(pods);
        flow.AwaitFrames(25);
        flow.ShouldBeWhole("invalid edit");
    }

    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void A_batch_pipeline_ends_as_Succeeded_with_every_frame()
    {
        using var flow = NewFlow();
        flow.Apply(Documents.Flow(flow.Space, "Batch"));
        Wait.Until("Succeeded", () => Phase(flow) == "Succeeded", flow.Describe);
        var account = flow.Account;
        Print($"batch: {account}");
        (account.Sent, account.Received).ShouldBe((250, 250));
        flow.ShouldBeWhole("batch");
    }

    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void A_deleted_namespace_goes_away_with_everything_in_it()
    {
        using var flow = NewFlow().Start();
        Kubectl.Run("delete", "namespace", flow.Space, "--wait=false");
        Wait.Until("the namespace is gone", () => Kubectl.Get("namespace", flow.Space).ValueKind == JsonValueKind.Undefined, flow.Describe);
    }

    // Not those of the readiness probe: that a pod is not ready before it has its plan is what that probe is for.
    private static IEnumerable<string> StartupWarnings(Flow flow) =>
        flow.Kubectl.Get("event", space: flow.Space).GetProperty("items").EnumerateArray()
            .Where(one => Pod.Text(one, "reason") == "Unhealthy").Select(one => Pod.Text(one, "message"))
            .Where(message => message.StartsWith("Startup probe", StringComparison.Ordinal));

    private static string Phase(Flow flow) =>
        flow.Pipeline() is { ValueKind: JsonValueKind.Object } pipeline && pipeline.TryGetProperty("status", out var status)
        && status.TryGetProperty("phase", out var phase) ? phase.GetString()! : "";

    private static string[] Columns(Flow flow) =>
        flow.Kubectl.Run("get", "mediapipelines", "-n", flow.Space, "--no-headers")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
