using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.TestKit;
using Shouldly;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>Nothing that was sent is lost with a pod that ends in peace.</summary>
public sealed class DrainCases(TwoNodes cluster, ITestOutputHelper output) : FlowCase(cluster, output)
{
    private static readonly TimeSpan Standstill = TimeSpan.FromSeconds(4);

    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void A_source_that_is_deleted_while_its_reader_stands_still_brings_what_it_has_sent()
    {
        using var flow = NewFlow().Start();
        var (source, reader) = (flow.PodOf("source"), flow.PodOf("analyse"));
        var process = NodeProcess.Of(Uid(flow, reader), "media-operator analyse").ShouldHaveSingleItem();
        flow.Disturb("source deleted, reader stopped", () =>
        {
            NodeProcess.Signal("STOP", process);
            try
            {
                // Long enough for more frames than there is room for beyond the source's pod.
                Thread.Sleep(Standstill);
                flow.Kubectl.Run("delete", "pod", source.Name, "-n", flow.Space, "--wait=false");
                Thread.Sleep(Standstill);
            }
            finally
            {
                NodeProcess.Signal("CONT", process);
            }
            Wait.Until("another source", () => flow.Pods().Any(pod => pod.Unit == "source" && pod.Name != source.Name && pod.Phase == "Running"), flow.Describe);
        });
        flow.AwaitFrames(25);
        flow.ShouldBeWhole("source deleted");
    }

    private static string Uid(Flow flow, Pod pod) => flow.Kubectl.Get("pod", pod.Name, "-n", flow.Space).GetProperty("metadata").GetProperty("uid").GetString()!;
}
