using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.TestKit;
using Shouldly;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>Scaling to nothing takes pods away and no frame with them.</summary>
public sealed class ScaleCases(ITestOutputHelper output) : FlowCase(output)
{
    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void A_stage_that_is_scaled_to_0_and_back_loses_no_frame_and_its_edges_say_that_they_wait()
    {
        using var flow = NewFlow().Start();
        flow.Disturb("a stage scaled to 0 and back", () =>
        {
            flow.Kubectl.Run("scale", "mediaoperator/flow-analyse", "-n", flow.Space, "--replicas=0");
            Wait.Until("no pod of it", () => flow.Pods().All(pod => pod.Unit != "analyse"), flow.Describe);
            Wait.Until("its edges to be explained",
                () => flow.Pipeline().GetRawText().Split("operator 'analyse' is scaled to 0").Length >= 3, flow.Describe);
            // Neither neighbour ends: the source waits, and the sink's stream goes on afterwards.
            flow.Pods().ShouldAllBe(pod => pod.Phase == "Running");
            flow.Kubectl.Run("scale", "mediaoperator/flow-analyse", "-n", flow.Space, "--replicas=1");
        });
        flow.ShouldBeWhole("scaled to 0 and back");
    }
}
