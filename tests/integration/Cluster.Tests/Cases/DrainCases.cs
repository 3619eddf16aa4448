using System.Diagnostics;
using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.TestKit;
using Shouldly;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>Nothing that was sent is lost with a pod that ends in peace.</summary>
public sealed class DrainCases(ITestOutputHelper output) : DisturbingCase(output)
{
    // So long without another frame means that the source has no block left: those that it has all wait in its pod. It may have got there
    // before the first look. If it was only slow, fewer frames wait, and the case still holds.
    private static readonly TimeSpan Full = TimeSpan.FromSeconds(2);

    // Less than the pod has to drain, with time left to find the peer again.
    private const int CutSecondsMax = 6;

    /// <summary>
    /// A frame that has landed lives in its reader's pod. So the source's pod alone holds what it has sent since the link was cut: it has
    /// to stay until the link is back.
    /// </summary>
    [NeedsFact("kubernetes", "images", "helm", "root", "faults")]
    public void A_source_that_is_deleted_while_its_link_is_cut_brings_what_it_has_sent()
    {
        using var flow = NewFlow();
        flow.Apply(Variants.AcrossNodes(flow.Space)).AwaitFrames(25);
        var source = flow.PodOf("source");
        (source.Node, flow.PodOf("analyse").Node).ShouldBe(("node1", "node2"));
        flow.Disturb("source deleted, its link cut", () =>
        {
            Cluster.PodLink(isUp: false);
            try
            {
                AwaitFull(flow);
                flow.Kubectl.Run("delete", "pod", source.Name, "-n", flow.Space, "--wait=false");
                Wait.AtMost(CutSecondsMax, () => flow.Pods().All(pod => pod.Uid != source.Uid));
            }
            finally
            {
                Cluster.PodLink(isUp: true);
            }
            Wait.Until("another source",
                () => flow.Pods().Any(pod => pod.Unit == "source" && pod.Uid != source.Uid && pod.Phase == "Running"), flow.Describe);
        });
        flow.ShouldBeWhole("source drained");
    }

    private static void AwaitFull(Flow flow)
    {
        var (last, still) = (flow.Sent, Stopwatch.StartNew());
        Wait.Until("the source cannot send any more", () =>
        {
            if (flow.Sent is var sent && sent != last)
                (last, still) = (sent, Stopwatch.StartNew());
            return still.Elapsed > Full;
        });
    }
}
