using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Validation;
using static K8sMediaFlow.Pipelines.Tests.Graph.Graphs;

namespace K8sMediaFlow.Pipelines.Tests.Graph;

public sealed class GraphRulesTests
{
    [Fact]
    public void The_sample_pipeline_keeps_every_rule_and_earns_no_warning()
    {
        GraphRules.Check(Highlights()).ShouldBeEmpty();
        GraphRules.Warnings(Highlights()).ShouldBeEmpty();
    }

    [Fact]
    public void Names_that_are_no_labels_are_refused() => Refused(
        Highlights().WithOperator(2, node => node with { Name = "Over_lay" }), GraphReason.BadName, "spec.operators[2].name", "'Over_lay'");

    [Fact]
    public void Two_operators_of_one_name_are_refused() => Refused(
        Highlights().WithOperator(2, node => node with { Name = "analyse" }), GraphReason.DuplicateName, "spec.operators[2].name",
            "spec.operators[1]");

    [Theory]
    [InlineData(-1)]
    [InlineData(256)]
    public void A_traffic_class_that_is_no_byte_is_refused(int trafficClass) => Refused(
        Highlights() with { Rdma = new() { ResourceName = "rdma/hca", TrafficClass = trafficClass } }, GraphReason.OutOfBounds,
        "spec.rdma.trafficClass", "between 0 and 255");

    [Fact]
    public void Two_ports_of_one_name_are_refused() => Refused(
        Highlights().WithOperator(3, node => node with { Inputs = [.. node.Inputs, new("audio")] }), GraphReason.DuplicateName,
            "spec.operators[3].inputs[2].name", "encode");

    [Fact]
    public void A_name_that_leaves_pods_no_room_is_refused() => Refused(
        Highlights() with { Name = new string('a', 45) }, GraphReason.NameTooLong, "spec.operators[0].name", "decode");

    [Fact]
    public void A_pipeline_without_operators_is_refused() => Refused(
        new PipelineGraph { Name = "nothing" }, GraphReason.Empty, "spec.operators", "nothing");

    [Fact]
    public void An_operator_without_ports_is_refused() => Refused(
        Highlights() with { Operators = [.. Highlights().Operators, new MediaOperatorNode { Name = "idle" }] }, GraphReason.NoPorts,
            "spec.operators[4]", "'idle'");

    [Fact]
    public void An_edge_to_nowhere_is_refused_with_the_name_that_was_meant() => Refused(
        Highlights().WithEdge(1, _ => Edge("analyse.video", "ovrelay.video")), GraphReason.UnknownOperator, "spec.edges[1].to",
            "did you mean 'overlay'?");

    [Fact]
    public void An_edge_to_an_unknown_port_is_refused() => Refused(
        Highlights().WithEdge(2, _ => Edge("overlay.video", "encode.vidoe")), GraphReason.UnknownPort, "spec.edges[2].to",
            "did you mean 'video'?");

    [Fact]
    public void An_edge_from_an_input_is_refused() => Refused(
        Highlights().WithEdge(3, _ => Edge("encode.audio", "encode.audio")), GraphReason.UnknownPort, "spec.edges[3].from", "other side");

    [Fact]
    public void An_end_that_is_no_port_is_refused() => Refused(
        Highlights().WithEdge(0, _ => Edge("decode", "analyse.video")), GraphReason.BadReference, "spec.edges[0].from", "operator.port");

    [Fact]
    public void An_edge_that_is_there_twice_is_refused() => Refused(
        Highlights() with { Edges = [.. Highlights().Edges, Highlights().Edges[0]] }, GraphReason.DuplicateEdge, "spec.edges[4]",
            "spec.edges[0]");

    [Fact]
    public void An_input_without_an_edge_is_refused() => Refused(
        Highlights() with { Edges = [.. Highlights().Edges.Take(3)] }, GraphReason.InputNotConnected, "spec.operators[3].inputs[1]",
            "encode.audio");

    [Fact]
    public void An_input_with_two_edges_is_refused() => Refused(
        Highlights() with { Edges = [.. Highlights().Edges, Edge("decode.video", "encode.video")] }, GraphReason.InputTaken,
            "spec.edges[4].to", "overlay.video");

    [Fact]
    public void An_operator_that_stands_apart_is_refused() => Refused(
        Highlights() with
        {
            Operators = [.. Highlights().Operators, new MediaOperatorNode { Name = "apart", Outputs = [new("video", Video)] }],
        },
        GraphReason.Unreachable, "spec.operators[4]", "'apart'");

    [Fact]
    public void A_cycle_is_named() => Refused(new PipelineGraph
    {
        Name = "ring",
        Operators = [.. new[] { "a", "b", "c" }.Select(name => new MediaOperatorNode
        {
            Name = name,
            Inputs = [new("in")],
            Outputs = [new("out", Video)],
        })],
        Edges = [Edge("a.out", "b.in"), Edge("b.out", "c.in"), Edge("c.out", "a.in")],
    }, GraphReason.Cycle, "spec.edges[2]", "a → b → c → a");

    [Fact]
    public void An_operator_that_feeds_itself_is_a_cycle() => Refused(new PipelineGraph
    {
        Name = "loop",
        Operators = [new MediaOperatorNode { Name = "a", Inputs = [new("in")], Outputs = [new("out", Video)] }],
        Edges = [Edge("a.out", "a.in")],
    }, GraphReason.Cycle, "spec.edges[0]", "a → a");

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    [InlineData(65)]
    public void Replicas_out_of_bounds_are_refused(int replicas) => Refused(
        Highlights().WithOperator(1, node => node with { Replicas = replicas }), GraphReason.OutOfBounds, "spec.operators[1].replicas",
            "analyse");

    [Fact]
    public void More_operators_than_anybody_means_are_refused_before_other_rules_see_them() => GraphRules.Check(new PipelineGraph
    {
        Name = "many",
        Operators = [.. Enumerable.Range(0, 100_000).Select(i => new MediaOperatorNode
        {
            Name = $"o{i}",
            Inputs = [new("in")],
            Outputs = [new("out")],
        })],
        Edges = [.. Enumerable.Range(0, 99_999).Select(i => Edge($"o{i}.out", $"o{i + 1}.in"))],
    }).ShouldAllBe(violation => violation.Reason == GraphReason.OutOfBounds);

    [Theory]
    [InlineData(40, true)]
    [InlineData(1, false)]
    public void More_edges_than_their_names_fit_into_one_message_are_refused(int nameChars, bool isRefused)
    {
        var (name, inputs) = (new string('x', nameChars), Enumerable.Range(0, 4).Select(port => $"in{port}").ToList());
        var violations = GraphRules.Check(new PipelineGraph
        {
            Name = "wide",
            Operators =
            [
                new MediaOperatorNode { Name = "source", Outputs = [new(name, Video)] },
                .. Enumerable.Range(0, 200).Select(i => new MediaOperatorNode
                {
                    Name = $"o{i}",
                    Inputs = [.. inputs.Select(port => new InputPort(port))],
                }),
            ],
            Edges = [.. Enumerable.Range(0, 800).Select(i => Edge($"source.{name}", $"o{i / 4}.{inputs[i % 4]}"))],
        }).Where(violation => violation is { Reason: GraphReason.OutOfBounds, Path: "spec.operators[0]" }).ToList();
        violations.Count.ShouldBe(isRefused ? 1 : 0);
        violations.ShouldAllBe(violation => violation.Message.Contains("shorter names or fewer edges"));
    }

    [Fact]
    public void Order_that_no_replica_can_see_is_refused() => Refused(
        Highlights().WithEdge(0, edge => edge with { Order = FrameOrder.BySequence }), GraphReason.OrderWithoutSense, "spec.edges[0].order",
            "2 replicas");

    [Fact]
    public void A_group_of_an_unknown_operator_is_refused() => Refused(
        Highlights() with { Groups = [new("studio", GroupMode.SamePod, ["analyse", "encoed"])] }, GraphReason.UnknownOperator,
            "spec.groups[0].operators[1]", "did you mean 'encode'?");

    [Fact]
    public void An_operator_in_two_groups_is_refused() => Refused(
        Highlights() with { Groups = [new("x", GroupMode.SamePod, ["analyse"]), new("y", GroupMode.SamePod, ["encode", "analyse"])] },
        GraphReason.BadGroup, "spec.groups[1].operators[1]", "'x'");

    [Fact]
    public void A_group_with_the_name_of_an_operator_is_refused() => Refused(
        Highlights() with { Groups = [new("decode", GroupMode.SamePod, ["analyse"])] }, GraphReason.BadGroup, "spec.groups[0].name",
            "'decode'");

    [Fact]
    public void A_mount_of_an_unknown_volume_is_refused() => Refused(
        Highlights() with { Volumes = [] }, GraphReason.UnknownVolume, "spec.operators[0].volumeMounts[0].name", "'media'");

    [Fact]
    public void A_volume_of_the_host_is_refused() => Refused(
        Highlights() with { Volumes = [new("media", "hostPath")] }, GraphReason.BadVolume, "spec.volumes[0]", "hostPath");

    [Fact]
    public void More_memory_than_a_pod_may_have_is_refused_with_its_sums() => Refused(
        Highlights().WithOperator(0, node => node with
        {
            Outputs = [new("video", new(new VideoCaps(15360, 8640, "rgb24", new Rational(30, 1)))), new("audio", Audio)],
        }),
        GraphReason.MemoryExceeded, "spec", "4 borrowed by encode");

    [Fact]
    public void A_pipeline_of_more_replicas_than_a_controller_looks_after_is_refused()
    {
        GraphRules.Check(Chain(255, 4)).ShouldBeEmpty();
        var scalable = Chain(17, 1);
        scalable = scalable with { Operators = [.. scalable.Operators.Select(node => node with { MaxReplicas = 64 })] };
        Refused(scalable, GraphReason.OutOfBounds, "spec.operators",
            "as far as they may be scaled, is 1088; it must be between 0 and 1024");
    }

    [Fact]
    public void A_plan_that_no_sidecar_would_take_is_refused_with_what_makes_it_large()
    {
        // One pod of 448 replicas with 64 outputs each: nothing else of it is out of bounds.
        var caps = new MediaCaps(new VideoCaps(16, 16, "gray", new Rational(30, 1)));
        string[] sources = ["a", "b", "c", "d", "e", "f", "g"];
        var graph = new PipelineGraph
        {
            Name = "large",
            Operators =
            [
                .. sources.Select(name => new MediaOperatorNode
                {
                    Name = name,
                    Replicas = 64,
                    Outputs = [.. Enumerable.Range(0, 64).Select(port => new OutputPort($"out{port}", caps))],
                }),
                new MediaOperatorNode { Name = "sink", Inputs = [.. sources.Select(name => new InputPort(name))] },
            ],
            Edges = [.. sources.Select(name => Edge($"{name}.out0", $"sink.{name}"))],
            Groups = [new("all", GroupMode.SamePod, [.. sources, "sink"])],
        };
        Refused(graph, GraphReason.OutOfBounds, "spec.operators",
            "449 replicas with 28679 ports, 7 edges and 0 links: divide the pipeline");
    }

    /// <summary>Operators in a row, each the only consumer of the one before.</summary>
    private static PipelineGraph Chain(int length, int replicas) => new()
    {
        Name = "chain",
        Operators =
        [
            .. Enumerable.Range(0, length).Select(i => new MediaOperatorNode
            {
                Name = $"op{i}", Replicas = replicas, Inputs = i == 0 ? [] : [new("in")],
                Outputs = i == length - 1
                    ? []
                    : [new("out", i == 0 ? new MediaCaps(new VideoCaps(64, 48, "gray", new Rational(30, 1))) : null)],
            }),
        ],
        Edges = [.. Enumerable.Range(1, length - 1).Select(i => Edge($"op{i - 1}.out", $"op{i}.in"))],
    };

    internal static void Refused(PipelineGraph graph, GraphReason reason, string path, string part) =>
        GraphRules.Check(graph)
            .ShouldContain(one => one.Reason == reason && one.Path == path && one.Message.Contains(part, StringComparison.Ordinal),
            string.Join('\n', GraphRules.Check(graph)));
}
