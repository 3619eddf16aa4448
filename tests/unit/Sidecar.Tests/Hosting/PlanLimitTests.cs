using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>
/// Whatever rules and planner accept runs: sidecars take the plan, make its memory, and their links stand with all that they may be
/// granted.
/// </summary>
public sealed class PlanLimitTests
{
    private const int ReplicasMax = 64, BorrowedMax = 256, Draws = 4;

    [Fact]
    public void More_blocks_than_can_be_granted_at_once_are_granted_as_others_are_used() =>
        StartedPlans.Start(Graph(24, BorrowedMax, inOnePod: true)).ShouldBe(StartedPlans.GrantsMax);

    [Fact]
    public void Plans_up_to_every_limit_of_the_schema_start_or_are_refused_by_name()
    {
        var random = new Random(Seed.Take(nameof(PlanLimitTests)));
        for (var draw = 0; draw < Draws; draw++)
            StartedPlans.Start(Graph(UpTo(random, ReplicasMax), UpTo(random, BorrowedMax), random.Next(2) == 0));
    }

    [Fact]
    public void Every_plan_that_the_planner_draws_is_one_that_a_sidecar_takes_up_to_the_corners_of_the_schema()
    {
        foreach (var replicas in new[] { 1, 23, ReplicasMax })
        {
            foreach (var borrowed in new[] { 1, 100, BorrowedMax })
            {
                foreach (var stages in new[] { 1, 2, 3 })
                    TakeOrRefuse(Graph(replicas, borrowed, inOnePod: true, stages));
            }
        }
    }

    [Fact]
    public void A_port_with_more_frames_under_way_than_a_channel_holds_is_refused_with_its_sum()
    {
        var refused = Should.Throw<PlanRefusedException>(() => StartedPlans.Draw(Graph(42, BorrowedMax, inOnePod: true, stages: 3)));
        refused.Message.ShouldContain("s0.audio needs room for");
        refused.Message.ShouldContain("and the most is 32760");
        refused.Message.ShouldContain("lower maxBorrowed or replicas");
    }

    // The limit itself as often as anything below it.
    private static int UpTo(Random random, int max) => random.Next(2) == 0 ? max : random.Next(1, max + 1);

    private static void TakeOrRefuse(PipelineGraph graph)
    {
        try
        {
            foreach (var plan in StartedPlans.Draw(graph).Sidecars)
                PlanJson.TryParse(PlanJson.Write(plan), out _, out var error).ShouldBeTrue(error);
        }
        catch (PlanRefusedException refused)
        {
            refused.Violations.ShouldAllBe(one => one.Path.Length > 0 && one.Message.Length > 0);
        }
    }

    private static PipelineGraph Graph(int replicas, int borrowed, bool inOnePod, int stages = 1)
    {
        var audio = new MediaCaps(Audio: new AudioCaps(8000, 1, "s16le"));
        var operators = new List<MediaOperatorNode> { new() { Name = "s0", Image = "x", Outputs = [new OutputPort("audio", audio)] } };
        for (var stage = 1; stage <= stages; stage++)
        {
            operators.Add(new MediaOperatorNode
            {
                Name = $"s{stage}",
                Image = "x",
                Replicas = replicas,
                Inputs = [new InputPort("audio") { MaxBorrowed = borrowed }],
                Outputs = stage < stages ? [new OutputPort("audio", null)] : [],
            });
        }
        return new PipelineGraph
        {
            Namespace = "test",
            Name = "line",
            Transport = Transport.Tcp,
            Operators = operators,
            Edges = [.. Enumerable.Range(0, stages)
                .Select(stage => new GraphEdge(new PortRef($"s{stage}", "audio"), new PortRef($"s{stage + 1}", "audio")))],
            Groups = inOnePod ? [new MediaOperatorGroup("behind", GroupMode.SamePod, [.. operators.Skip(1).Select(one => one.Name)])] : [],
        };
    }
}
