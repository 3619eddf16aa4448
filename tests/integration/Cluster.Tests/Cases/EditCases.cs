using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.TestKit;
using Shouldly;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>
/// An edit that cannot work costs no frame and no pod: the first pod that it would replace stays, and so do all others. What running pods
/// can follow replaces none.
/// </summary>
public sealed class EditCases(ITestOutputHelper output) : FlowCase(output)
{
    private const string Nowhere = "localhost/nothing:1";

    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void An_edit_to_an_image_that_is_missing_stops_at_the_first_pod_says_so_and_is_healed_by_editing_back()
    {
        using var flow = NewFlow().Start();
        Wait.Until("Ready", () => flow.Is("Ready", "True"), flow.Describe);
        var before = Uids(flow);
        flow.Disturb("edited to a missing image", () =>
        {
            flow.Apply(Documents.Flow(flow.Space, "Streaming").With($"image: {Documents.Operators}", $"image: {Nowhere}"));
            Wait.Until("RolloutStopped", () => flow.Is("Stalled", "True"), flow.Describe);
        });
        var stalled = flow.Condition("Stalled");
        (stalled.GetProperty("reason").GetString(), flow.Is("Ready", "True")).ShouldBe(("RolloutStopped", true), flow.Describe());
        stalled.GetProperty("message").GetString()!.ShouldContain("ImageUnavailable");
        var pods = flow.Pods();
        pods.Count.ShouldBe(before.Count + 1, "one pod waits for the image, the others are not reached");
        before.ShouldBeSubsetOf(pods.Where(pod => !pod.IsEnding).Select(pod => pod.Uid));
        flow.Disturb("edited back", () =>
        {
            flow.Apply(Documents.Flow(flow.Space, "Streaming"));
            Wait.Until("as before", () => flow.Is("Stalled", "False") && Uids(flow).SetEquals(before), flow.Describe);
        });
        flow.ShouldBeWhole("edit to a missing image and back");
    }

    [NeedsFact("kubernetes", "images", "helm", "root", "faults")]
    public void What_an_edge_may_drop_is_edited_while_its_consumer_is_stopped_and_no_pod_is_replaced()
    {
        using var flow = NewFlow();
        flow.Apply(Dropping(flow, "Block"));
        flow.AwaitFrames(25);
        Wait.Until("Ready", () => flow.Is("Ready", "True"), flow.Describe);
        var before = Uids(flow);
        var sink = NodeProcess.Of(flow.PodOf("sink").Uid, "media-operator sink").ShouldHaveSingleItem();
        NodeProcess.Signal("STOP", sink);
        Wait.Until("the source waits", () => IsStill(flow), flow.Describe);
        var sent = flow.Sent;
        flow.Apply(Dropping(flow, "LatestOnly"));
        Wait.Until("the source goes on, for more frames than the edges have room for", () => flow.Sent > sent + 200, flow.Describe);
        NodeProcess.Signal("CONT", sink);
        flow.AwaitFrames(25);
        Uids(flow).ShouldBe(before, ignoreOrder: true, flow.Describe());
    }

    private static string Dropping(Flow flow, string onFull) => Documents.Flow(flow.Space, "Streaming")
        .With("{from: analyse.video, to: sink.video}", $"{{from: analyse.video, to: sink.video, delivery: AtMostOnce, onFull: {onFull}}}");

    private static bool IsStill(Flow flow)
    {
        var sent = flow.Sent;
        Thread.Sleep(TimeSpan.FromSeconds(3));
        return flow.Sent == sent;
    }

    private static HashSet<string> Uids(Flow flow) => [.. flow.Pods().Select(pod => pod.Uid)];
}
