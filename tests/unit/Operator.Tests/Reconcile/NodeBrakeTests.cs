using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.Operator.Reconcile;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Operator.Tests.Reconcile;

public class NodeBrakeTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly FleetCount Well = new(9, 1);

    [Fact]
    public void A_silent_node_is_lost_only_when_the_server_says_so_too()
    {
        var brake = new NodeBrake();
        brake.Ask(Silent("a"), Well, Now).Look.ShouldBeTrue();
        brake.Ask(Silent("a"), Well, Now)
            .ShouldSatisfyAllConditions(one => one.IsLost.ShouldBeFalse(), one => one.Look.ShouldBeFalse("it is being asked already"));
        brake.Looked("a", isLost: false, Now);
        brake.Ask(Silent("a"), Well, Now.AddSeconds(4)).Look.ShouldBeFalse();
        brake.Ask(Silent("a"), Well, Now.AddSeconds(10)).Look.ShouldBeTrue();
        brake.Looked("a", isLost: true, Now.AddSeconds(10));
        brake.Ask(Silent("a"), new(0, 10), Now.AddSeconds(11)).IsLost.ShouldBeTrue("what was given up stays so");
        brake.SeenWell("a");
        brake.Ask(Silent("a"), Well, Now.AddSeconds(12)).IsLost.ShouldBeFalse();
    }

    [Fact]
    public void A_node_that_the_store_does_not_have_is_waited_for_before_the_server_is_asked()
    {
        var brake = new NodeBrake();
        brake.Ask(new("a", null), Well, Now)
            .ShouldSatisfyAllConditions(one => one.Look.ShouldBeFalse(), one => one.Again.ShouldBe(Now + NodeBrake.Quarantine));
        brake.Ask(new("a", null), Well, Now.AddSeconds(39)).Look.ShouldBeFalse();
        brake.Ask(new("a", null), Well, Now.AddSeconds(40)).Look.ShouldBeTrue();
        brake.SeenWell("a");
        brake.Ask(new("a", null), Well, Now.AddSeconds(60)).Look.ShouldBeFalse("it was there meanwhile");
    }

    [Theory]
    [InlineData(0, 1, true)]
    [InlineData(0, 50, true)]
    [InlineData(1, 1, false)]
    [InlineData(1, 2, false)]
    [InlineData(1, 3, true)]
    [InlineData(4, 5, true)]
    [InlineData(5, 5, false)]
    [InlineData(0, 0, true)]
    public void While_most_nodes_are_silent_nothing_is_given_up(int ready, int notReady, bool stops)
    {
        new NodeBrake().Ask(Silent("a"), new(ready, notReady), Now).Look.ShouldBe(!stops);
        new FleetCount(ready, notReady).Stop.ShouldSatisfyAllConditions(one => (one is not null).ShouldBe(stops));
    }

    [Fact]
    public void In_random_histories_one_node_is_given_up_in_ten_seconds_none_while_most_are_silent_and_none_that_the_server_has_ready()
    {
        var seed = Seed.Take(nameof(NodeBrakeTests));
        for (var history = 0; history < 20; history++)
            Run(new Random(seed + history), $"SEED={seed}, history {history}");
    }

    [Fact]
    public void A_node_is_suspected_when_it_is_silent_for_too_long_or_not_in_the_store_and_lost_by_itself_never()
    {
        NodeHealth Health(string? status, int seconds) =>
            NodeHealth.Of("a", Node(status), TimeSpan.FromSeconds(30), Now.AddSeconds(seconds));
        Health("True", 99).ShouldBe(default);
        Health(null, 99).ShouldBe(default, "it has only just come");
        (Health("Unknown", 29).Suspicion, Health("Unknown", 29).LostAt).ShouldBe((null, Now.AddSeconds(30)));
        Health("False", 30).Suspicion!.Words(Now.AddSeconds(30)).ShouldBe("node a has not been ready for 30 s");
        NodeHealth.Of("a", null, TimeSpan.FromSeconds(30), Now)
            .ShouldSatisfyAllConditions(one => one.Suspicion.ShouldNotBeNull(), one => one.Fault.ShouldBeNull());
    }

    [Theory]
    [InlineData("ToBeDeletedByClusterAutoscaler", "NoSchedule", true)]
    [InlineData("karpenter.sh/disrupted", "NoSchedule", true)]
    [InlineData("karpenter.sh/disruption", "NoSchedule", true)]
    [InlineData("DeletionCandidateOfClusterAutoscaler", "PreferNoSchedule", false)]
    [InlineData("dedicated", "NoSchedule", false)]
    public void Who_takes_a_node_away_is_heard_before_the_pods_are_evicted(string key, string effect, bool leaves) =>
        NodeHealth.IsLeaving(Node("True") with { Spec = new() { Taints = [new(key, effect)] } }).ShouldBe(leaves);

    private static void Run(Random random, string name)
    {
        var brake = new NodeBrake();
        var nodes = Enumerable.Range(0, random.Next(2, 12)).ToDictionary(i => $"n{i}", _ => true);
        List<DateTimeOffset> given = [];
        HashSet<string> lost = [];
        for (var now = Now; now < Now.AddMinutes(10); now += TimeSpan.FromSeconds(random.Next(1, 4)))
        {
            foreach (var node in nodes.Keys.Where(_ => random.Next(random.Next(5) == 0 ? 4 : 60) == 0).ToList())
                nodes[node] = random.Next(2) == 0;
            var fleet = new FleetCount(nodes.Values.Count(ready => ready), nodes.Values.Count(ready => !ready));
            foreach (var (node, ready) in nodes)
            {
                // The store trails: now and then a node that is well looks silent.
                if (ready && random.Next(10) > 0)
                {
                    brake.SeenWell(node);
                    lost.Remove(node);
                    continue;
                }
                if (brake.Ask(Silent(node), fleet, now).Look)
                    brake.Looked(node, !ready, now);
                if (!brake.Ask(Silent(node), fleet, now).IsLost || !lost.Add(node))
                    continue;
                ready.ShouldBeFalse(name);
                fleet.Stop.ShouldBeNull(name);
                given.Add(now);
            }
        }
        given.Zip(given.Skip(1)).ShouldAllBe(pair => pair.Second - pair.First >= NodeBrake.Pace, name);
    }

    private static NodeSuspicion Silent(string node) => new(node, Now.AddMinutes(-1));

    private static Node Node(string? status) => new()
    {
        Metadata = new() { Name = "a" },
        Status = new() { Conditions = status is null ? [] : [new() { Type = "Ready", Status = status, LastTransitionTime = Now }] },
    };
}
