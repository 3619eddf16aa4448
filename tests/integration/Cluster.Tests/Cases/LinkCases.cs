using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.TestKit;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>The network between nodes goes and comes back.</summary>
public sealed class LinkCases(ITestOutputHelper output) : DisturbingCase(output)
{
    [NeedsFact("kubernetes", "images", "helm", "root", "faults")]
    public void A_cut_link_between_nodes_loses_nothing_when_it_heals()
    {
        var flow = StandingFlow();
        flow.Disturb("link of node2 cut for 5 s", () =>
        {
            Cluster.Link(2, isUp: false);
            Thread.Sleep(TimeSpan.FromSeconds(5));
            Cluster.Link(2, isUp: true);
        });
        flow.ShouldBeWhole("link cut");
    }
}
