using K8sMediaFlow.Control.Options;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Sidecar.Channels;
using K8sMediaFlow.Sidecar.Runtime;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using K8sMediaFlow.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>
/// Whatever rules and planner accept runs: sidecars take the plan, make its memory, and their links stand with all that they may be
/// granted.
/// </summary>
public sealed class PlanLimitTests
{
    private const int ReplicasMax = 64, BorrowedMax = 256, Draws = 4, GrantsMax = 4096;
    private const long MemoryBytesMax = 400L << 20;
    private static int _networks;

    [Fact]
    public void More_blocks_than_can_be_granted_at_once_are_granted_as_others_are_used() =>
        Run(Graph(24, BorrowedMax, inOnePod: true)).ShouldBe(GrantsMax);

    [Fact]
    public void Plans_up_to_every_limit_of_the_schema_start_or_are_refused_by_name()
    {
        var random = new Random(Seed.Take(nameof(PlanLimitTests)));
        for (var draw = 0; draw < Draws; draw++)
            Run(Graph(UpTo(random, ReplicasMax), UpTo(random, BorrowedMax), random.Next(2) == 0));
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
        var refused = Should.Throw<PlanRefusedException>(() => Draw(Graph(42, BorrowedMax, inOnePod: true, stages: 3)));
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
            foreach (var plan in Draw(graph).Sidecars)
                PlanJson.TryParse(PlanJson.Write(plan), out _, out var error).ShouldBeTrue(error);
        }
        catch (PlanRefusedException refused)
        {
            refused.Violations.ShouldAllBe(one => one.Path.Length > 0 && one.Message.Length > 0);
        }
    }

    private static PipelinePlan Draw(PipelineGraph graph)
    {
        var network = $"127.{64 + (Environment.ProcessId % 128)}.{250 - (Interlocked.Increment(ref _networks) % 100)}";
        var number = 0;
        var placement = Placement.Of(graph).With(pod => pod with { Address = $"{network}.{++number}", LinkPort = FlowPlans.LinkPort });
        return PipelinePlanner.Draw(graph, placement, new PlanVersion(1, 1, 1));
    }

    /// <summary>Starts the source's pod and one behind it; returns the grants of the link between them.</summary>
    private static int Run(PipelineGraph graph)
    {
        PipelinePlan drawn;
        try
        {
            drawn = Draw(graph);
        }
        catch (PlanRefusedException)
        {
            return 0;
        }
        var receiver = drawn.Sidecars.First(plan => plan.Inbound.Count > 0);
        if (PlanSizes.RegionBytes(receiver) > MemoryBytesMax)
            return 0;
        var sender = drawn.Sidecars.First(plan => plan.Pod == receiver.Inbound[0].PeerPod);
        using var receiving = new StartedPod(Reread(receiver), receiver.Inbound.Count,
            sender.Outbound.First(link => link.PeerPod == receiver.Pod).PeerAddress);
        using var sending = new StartedPod(Reread(sender), 0, receiver.Inbound[0].PeerAddress);
        var (link, slots) = (receiving.Runtime.Inbound[0].Link, receiving.Runtime.Inbound[0].Port.SlotCount);
        Watchdog.Until(() => link.Status is { State: LinkState.Ready } status && status.GrantsOutstanding == Math.Min(slots, GrantsMax),
            () => $"{slots} blocks; {link.Status}");
        return link.Status.GrantsOutstanding;
    }

    private static SidecarPlan Reread(SidecarPlan plan)
    {
        PlanJson.TryParse(PlanJson.Write(plan), out var read, out var error).ShouldBeTrue(error);
        return read!;
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

    private sealed class StartedPod : IDisposable
    {
        private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kmf-limit-");
        private readonly AttachServer _attach;

        public StartedPod(SidecarPlan plan, int links, string address)
        {
            var incarnation = Incarnation.New();
            var papers = Papers.Of(plan.Operators[0].Name);
            var socket = Path.Combine(_folder.FullName, "attach.sock");
            var options = new SidecarOptions(7400, FlowPlans.LinkPort, socket, Path.Combine(_folder.FullName, "state"), "", "", "",
                plan.Pod, address, FlowPlans.DataPort);
            _attach = new AttachServer(socket, incarnation, null, NullLogger.Instance);
            Runtime = new PodRuntime(options, plan, incarnation, () => papers, _attach, NullLogger.Instance);
            Runtime.Inbound.Count.ShouldBe(links);
        }

        public PodRuntime Runtime { get; }

        public void Dispose()
        {
            _attach.Dispose();
            Runtime.Dispose();
            _folder.Delete(recursive: true);
        }
    }
}
