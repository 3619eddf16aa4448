using System.Text.Json;
using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.TestKit;
using Shouldly;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>The chart is upgraded to another version while frames flow.</summary>
public sealed class UpgradeCases(ITestOutputHelper output) : InstallingCase(output)
{
    private const string Following = "flow", Keeping = "kept", Before = ":dev", After = ":next";

    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void An_upgrade_renews_the_sidecars_of_pipelines_that_follow_it_and_of_others_when_they_ask_and_loses_nothing()
    {
        using var flow = NewFlow();
        flow.Apply(Variants.Following(flow.Space)).Apply(Variants.Small(flow.Space, Keeping)).AwaitFrames(25);
        Wait.Until("both are ready", () => flow.Is("Ready", "True", Following) && flow.Is("Ready", "True", Keeping), flow.Describe);
        var kept = Pods(flow, Keeping).Select(pod => pod.Name).Order().ToList();
        try
        {
            flow.Disturb("upgraded", () =>
            {
                Cluster.Helm.Install("--set", "image.tag=next");
                AwaitImages(flow, Following, pods: 3);
            });
            flow.ShouldBeWhole("sidecars that follow");
            Wait.Until("the other one says what is to be had", () => Says(flow.Condition("SidecarsUpToDate", Keeping)),
                () => flow.Pipeline(Keeping).ToString());
            Pods(flow, Keeping).Select(pod => pod.Name).Order().ShouldBe(kept);
            Pods(flow, Keeping).ShouldAllBe(pod => pod.SidecarImage.EndsWith(Before, StringComparison.Ordinal));
            Kubectl.Run("patch", "mediapipeline", Keeping, "-n", flow.Space, "--type=merge", "-p",
                """{"spec": {"sidecar": {"updatePolicy": "Automatic"}}}""");
            AwaitImages(flow, Keeping, pods: 2);
            var account = FrameAccount.Of(flow.Records, $"{Keeping}-{Documents.Sent}", $"{Keeping}-{Documents.Seen}");
            Print($"sidecars renewed on demand: {account}, recovery 0.0 s");
            (account.Lost, account.Doubled, account.Disordered).ShouldBe((0, 0, 0), $"{account}");
        }
        finally
        {
            Cluster.Helm.Install();
        }
    }

    private static void AwaitImages(Flow flow, string pipeline, int pods) =>
        Wait.Until($"the sidecars of {pipeline} are renewed",
            () => flow.Is("Ready", "True", pipeline) && flow.Is("SidecarsUpToDate", "True", pipeline)
        && Pods(flow, pipeline) is var all && all.Count == pods
            && all.All(pod => pod.SidecarImage.EndsWith(After, StringComparison.Ordinal)), flow.Describe);

    private static List<Pod> Pods(Flow flow, string pipeline) =>
        [.. flow.Pods().Where(pod => pod.Name.StartsWith(pipeline + "-", StringComparison.Ordinal))];

    private static bool Says(JsonElement condition) =>
        condition.ValueKind == JsonValueKind.Object && condition.GetProperty("reason").GetString() == "UpdateOnDemand"
        && condition.GetProperty("message").GetString()!.Contains(After, StringComparison.Ordinal);
}
