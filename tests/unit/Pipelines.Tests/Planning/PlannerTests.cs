using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using static K8sMediaFlow.Pipelines.Tests.Graph.Graphs;

namespace K8sMediaFlow.Pipelines.Tests.Planning;

public sealed class PlannerTests
{
    private static readonly PlanVersion Version = new(1, 1, 1);

    [Theory]
    [InlineData(null, null)]
    [InlineData(0, null)]
    [InlineData(104, 104)]
    public void A_traffic_class_is_in_every_plan_where_it_is_asked_for(int? asked, int? planned)
    {
        var graph = Highlights() with { Rdma = new() { ResourceName = "rdma/hca", TrafficClass = asked } };
        foreach (var sidecar in PipelinePlanner.Plan(graph, Placement.Of(graph), Version))
            sidecar.TrafficClass.ShouldBe(planned);
    }

    [Fact]
    public void A_group_is_one_pod_with_every_replica_of_its_members() =>
        Placement.Of(Highlights())
            .Pods.Select(pod => $"{pod.Name}: {string.Join(' ', pod.Replicas.Select(one => $"{one.Operator}/{one.Replica}"))}")
            .ShouldBe(["highlights-decode-0: decode/0", "highlights-studio-0: analyse/0 analyse/1 overlay/0 encode/0"]);

    [Fact]
    public void Without_a_group_every_replica_has_a_pod_of_its_own() =>
        Placement.Of(Highlights() with { Groups = [] }).Pods.Select(pod => pod.Name)
            .ShouldBe(["highlights-decode-0", "highlights-analyse-0", "highlights-analyse-1", "highlights-overlay-0",
                "highlights-encode-0"]);

    [Fact]
    public void Edges_inside_a_pod_go_by_reference_and_others_say_why_not()
    {
        var plan = Draw(Highlights());
        plan.Edges.Select(edge => edge.Way).ShouldBe([EdgeWay.Auto, EdgeWay.Local, EdgeWay.Local, EdgeWay.Auto]);
        plan.Edges[0].WayReason.ShouldContain("share no memory");
    }

    [Theory]
    [InlineData(Transport.Auto)]
    [InlineData(Transport.Tcp)]
    public void With_encryption_every_link_uses_tcp_and_says_why_and_edges_inside_a_pod_stay_as_they_are(Transport transport)
    {
        var plan = Draw(Highlights() with { Encryption = Encryption.Tls, Transport = transport });
        plan.Edges.Select(edge => edge.Way).ShouldBe([EdgeWay.Tcp, EdgeWay.Local, EdgeWay.Local, EdgeWay.Tcp]);
        plan.Edges[0].WayReason.ShouldEndWith("encryption TLS is asked for: TCP with TLS, since RDMA is not encrypted");
        plan.Sidecars.ShouldAllBe(one => one.Encryption == Encryption.Tls && one.Transport == Transport.Tcp);
    }

    [Fact]
    public void A_link_has_two_ends_that_know_each_other()
    {
        var placement = Placement.Of(Highlights()).With(pod => pod with
        {
            Address = pod.Name.Contains("studio", StringComparison.Ordinal) ? "10.0.0.2" : "10.0.0.1",
        });
        var plans = PipelinePlanner.Plan(Highlights(), placement, Version);
        var (outbound, inbound) = (plans[0].Outbound[0], plans[1].Inbound[0]);
        (outbound.PeerPod, outbound.PeerAddress, outbound.PeerIdentities[0])
            .ShouldBe(("highlights-studio-0", "10.0.0.2", "k8smediaflow://default/highlights/analyse"));
        (inbound.PeerPod, inbound.PeerAddress, inbound.PeerIdentities[0])
            .ShouldBe(("highlights-decode-0", "10.0.0.1", "k8smediaflow://default/highlights/decode"));
        // Header, padded envelope and payload of a 1080p frame, in whole pages.
        inbound.RegionClasses[0].SizeBytes.ShouldBe((256 + 16384 + 3110400 + 4095) / 4096 * 4096);
    }

    [Fact]
    public void Replicas_before_a_reorder_window_can_hold_their_producers_whole_window()
    {
        var plan = Draw(Highlights());
        var decode = Window(plan, "decode.video");
        Window(plan, "analyse.video").Frames.ShouldBeGreaterThanOrEqualTo(decode.Frames);
    }

    [Theory]
    [InlineData(Distribution.RoundRobin, 1)]
    [InlineData(Distribution.RoundRobin, 3)]
    [InlineData(Distribution.Broadcast, 3)]
    public void An_edge_that_may_drop_has_a_window_of_its_own_beside_what_the_others_need(Distribution distribution, int replicas)
    {
        var plain = Highlights();
        var edge = new GraphEdge(new PortRef("overlay", "video"), new PortRef("preview", "video"))
        {
            Distribution = distribution,
            Delivery = Delivery.AtMostOnce,
            OnFull = OnFull.LatestOnly,
            DeadlineMilliseconds = 100,
        };
        var plan = Draw(plain with
        {
            Operators = [.. plain.Operators, new MediaOperatorNode { Name = "preview", Replicas = replicas, Inputs = [new("video")] }],
            Edges = [.. plain.Edges, edge],
        });
        var queue = plan.Edges[^1].Queue.ShouldNotBeNull();
        (Window(plan, "overlay.video").Frames - Window(Draw(plain), "overlay.video").Frames).ShouldBe(queue.WindowFrames);
        // Two wait for each of them and it holds four; four more are on each wire.
        (queue.QueueFrames, queue.WindowFrames, queue.LandedFrames, queue.DeadlineMilliseconds)
            .ShouldBe((2, replicas * 10, replicas * 6, 100));
        plan.Edges.SkipLast(1).ShouldAllBe(other => other.Queue == null);
        plan.Regions.Where(region => region.Owner.Contains("preview", StringComparison.Ordinal))
            .ShouldAllBe(region => region.Windows[0].Frames >= queue.WindowFrames);
    }

    [Fact]
    public void The_sound_beside_a_picture_is_held_as_long_as_the_picture_takes()
    {
        var plan = Draw(Highlights());
        (Window(plan, "decode.audio").Frames / Audio.FramesPerSecond)
            .ShouldBeGreaterThan(Window(plan, "decode.video").Frames / Video.FramesPerSecond);
        Window(plan, "decode.audio").Terms.ShouldContain(term => term.Reason == "while encode waits for decode.video");
    }

    [Fact]
    public void What_a_user_lets_an_operator_hold_is_in_the_sums()
    {
        var plan = Draw(Highlights().WithOperator(2, node => node with { Inputs = [new("video", null, 32)] }));
        plan.Edges[1].MaxBorrowed.ShouldBe(32);
        Window(plan, "decode.video").Terms.ShouldContain(new SizingTerm(32, "borrowed by overlay"));
    }

    [Fact]
    public void Every_sidecar_is_told_how_long_the_peers_of_its_links_may_be_silent()
    {
        var staging = new StagingNode { LinkSilenceMilliseconds = 700, LinkHungMilliseconds = 4000 };
        Draw(Highlights() with { Staging = staging }).Sidecars.Select(plan => (plan.LinkSilenceMilliseconds, plan.LinkHungMilliseconds))
            .ShouldBe([(700, 4000), (700, 4000)]);
        Draw(Highlights()).Sidecars.ShouldAllBe(plan => plan.LinkSilenceMilliseconds == null && plan.LinkHungMilliseconds == null);
    }

    [Fact]
    public void A_plan_that_does_not_fit_is_refused_with_its_terms()
    {
        var options = PlannerOptions.Default with { PodRegionBytesMax = 100 << 20 };
        var refused = Should.Throw<PlanRefusedException>(() => PipelinePlanner.Draw(Highlights(), Placement.Of(Highlights()), Version,
            options));
        refused.Violations[0].Reason.ShouldBe(GraphReason.MemoryExceeded);
        refused.Message.ShouldContain("being written by decode");
    }

    [Fact]
    public void A_graph_that_breaks_a_rule_is_not_planned() => Should.Throw<PlanRefusedException>(() =>
        Draw(Highlights().WithEdge(0, _ => Edge("decode.video", "nobody.video")))).Violations.ShouldNotBeEmpty();

    [Fact]
    public void A_placement_that_forgets_a_replica_is_an_error_of_the_caller() => Should.Throw<ArgumentException>(() =>
        PipelinePlanner.Plan(Highlights(), new Placement([.. Placement.Of(Highlights()).Pods.Skip(1)]), Version));

    [Fact]
    public void The_same_arguments_give_the_same_bytes() =>
        Draw(Highlights()).Sidecars.Select(PlanJson.Write).ShouldBe(Draw(Highlights()).Sidecars.Select(PlanJson.Write));

    [Fact]
    public void Versions_compare_by_lease_then_generation_then_counter()
    {
        (new PlanVersion(2, 1, 1) > new PlanVersion(1, 9, 9)).ShouldBeTrue();
        (new PlanVersion(1, 2, 0) > new PlanVersion(1, 1, 9)).ShouldBeTrue();
        (new PlanVersion(1, 1, 1) < new PlanVersion(1, 1, 2)).ShouldBeTrue();
    }

    private static PipelinePlan Draw(PipelineGraph graph) => PipelinePlanner.Draw(graph, Placement.Of(graph), Version);

    private static FrameWindow Window(PipelinePlan plan, string port) =>
        plan.Regions.SelectMany(region => region.Windows).First(window => window.Port == port);
}
