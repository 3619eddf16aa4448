using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.Operator.Status;

namespace K8sMediaFlow.Operator.Tests.Status;

/// <summary>What users read of the way that frames take: TransportReady, the TRANSPORT column, and each edge.</summary>
public class TransportConditionTests
{
    private const string Edge = "source.video->sink.video", Offers = "no node that the pods may use offers rdma/hca";
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Links_on_RDMA_are_connected_and_say_RDMA()
    {
        var status = Summary(Input("Auto", rdma: true, ways: ["Rdma", "Rdma"]));
        Read(status).ShouldBe(("True", "Connected", "RDMA"));
        (status.Transport, status.Edges[0].Transport).ShouldBe(("RDMA", "RDMA"));
        status.Edges[0].Reason!.ShouldEndWith("; RDMA");
    }

    [Fact]
    public void Auto_falls_back_and_says_since_when_not()
    {
        var status = Summary(Input("Auto", rdma: true, ways: ["Tcp", "Tcp"],
            why: "pod pair-sink-0: PortDown: mlx5_0 port 1 is not active"));
        Read(status).ShouldBe(("True", "Connected", "TCP, since pod pair-sink-0: PortDown: mlx5_0 port 1 is not active"));
        (status.Transport, status.Edges[0].Transport).ShouldBe(("TCP", "TCP"));
        status.Edges[0].Reason!.ShouldContain("PortDown");
    }

    [Fact]
    public void With_encryption_Auto_says_TCP_and_that_TLS_is_why_before_a_link_stands_and_after()
    {
        foreach (var ways in (string[][])[[], ["Tcp", "Tcp"]])
        {
            var status = Summary(Input("Auto", rdma: true, ways, encryption: "TLS"));
            (status.Transport, status.Edges[0].Transport).ShouldBe(("TCP", "TCP"));
            status.Edges[0].Reason!.ShouldEndWith("encryption TLS is asked for: TCP with TLS, since RDMA is not encrypted");
        }
        Read(Summary(Input("Auto", rdma: true, ways: ["Tcp", "Tcp"], encryption: "TLS"))).Message
            .ShouldContain("encryption TLS is asked for");
    }

    [Fact]
    public void Auto_names_the_cause_that_is_furthest_up()
    {
        Read(Summary(Input("Auto", rdma: false, ways: ["Tcp", "Tcp"], why: "pod x: NoDevice: nothing was handed out")))
            .Message.ShouldBe("TCP, since spec.rdma names no device");
        var refused = Input("Auto", rdma: true, ways: ["Tcp", "Tcp"], why: "pod x: NoDevice: nothing was handed out");
        Read(Summary(refused with { MissingDevice = Offers })).Message.ShouldBe($"TCP, since {Offers}");
        Read(Summary(Input("Auto", rdma: true, ways: ["Rdma", "Rdma"]) with { MissingDevice = Offers })).Message.ShouldBe("RDMA");
    }

    [Fact]
    public void A_sidecars_obstacle_says_more_than_its_link_since_it_names_the_pod() =>
        Read(Summary(Input("Auto", rdma: true, ways: ["Tcp", "Tcp"], why: "MemlockLimited: in words", obstacle: "MemlockLimited")))
            .Message.ShouldBe("TCP, since pod pair-sink-0: MemlockLimited: in words");

    [Theory]
    [InlineData("LibraryMissing")]
    [InlineData("NoDevice")]
    [InlineData("DeviceBusy")]
    [InlineData("PortDown")]
    [InlineData("NoRoceV2Gid")]
    [InlineData("MemlockLimited")]
    [InlineData("MtuMismatch")]
    public void Under_RDMA_an_obstacle_is_the_reason(string obstacle)
    {
        var status = Summary(Input("RDMA", rdma: true, ways: [], obstacle: obstacle));
        Read(status).ShouldBe(("False", obstacle, $"pod pair-sink-0: {obstacle}: in words"));
        status.Transport.ShouldBeNull();
    }

    [Fact]
    public void An_obstacle_of_a_newer_sidecar_is_told_in_its_words()
    {
        var (status, reason, message) = Read(Summary(Input("RDMA", rdma: true, ways: [], obstacle: "no such reason")));
        (status, reason).ShouldBe(("False", "Connecting"));
        message.ShouldContain("no such reason: in words");
    }

    [Fact]
    public void Under_RDMA_without_a_node_that_has_it_the_scheduler_is_heard()
    {
        var input = Input("RDMA", rdma: true, ways: []) with { MissingDevice = Offers };
        var waiting = input with
        {
            Slots = [.. input.Slots.Select(slot => slot with
            {
                Current = slot.Current! with
                {
                    Ready = false,
                    PodIssue = new(Reasons.Unschedulable, "pod x: 0/2 nodes are available: 2 Insufficient rdma/hca."),
                },
            })],
        };
        Read(Summary(waiting))
            .ShouldBe(("False", "ResourceMissing", $"{Offers}; pod x: 0/2 nodes are available: 2 Insufficient rdma/hca."));
    }

    [Fact]
    public void A_missing_address_on_the_RDMA_network_is_the_reason_until_links_stand()
    {
        var input = Input("RDMA", rdma: true, ways: []);
        var odd = input with
        {
            Slots = [.. input.Slots.Select(slot => slot with
            {
                Current = slot.Current! with { Rdma = new(null, "pod x: is Multus installed?") },
            })],
        };
        Read(Summary(odd)).ShouldBe(("False", "NetworkAddressMissing", "pod x: is Multus installed?"));
    }

    [Fact]
    public void Links_that_differ_are_counted()
    {
        var status = Summary(Input("Auto", rdma: true, ways: ["Rdma", "Tcp"], why: "pod y: PortDown: down"));
        Read(status).Message.ShouldBe("RDMA on 1 of 2 link ends; TCP, since pod y: PortDown: down");
        (status.Transport, status.Edges[0].Transport).ShouldBe(("RDMA,TCP", "RDMA,TCP"));
    }

    [Fact]
    public void Before_the_first_link_stands_the_way_is_open_and_afterwards_it_is_remembered()
    {
        Summary(Input("Auto", rdma: true, ways: [])).Transport.ShouldBeNull();
        var before = Summary(Input("Auto", rdma: true, ways: ["Rdma", "Rdma"]));
        var later = Summary(Input("Auto", rdma: true, ways: []) with { Before = before });
        (later.Transport, later.Edges[0].Transport, later.Edges[0].Reason).ShouldBe(("RDMA", "RDMA", before.Edges[0].Reason));
    }

    [Fact]
    public void A_link_that_never_stood_runs_on_nothing_whatever_it_was_promised()
    {
        var input = Input("RDMA", rdma: true, ways: ["Rdma", "Rdma"], obstacle: "NoDevice");
        var lost = input with
        {
            Reports = input.Reports.ToDictionary(one => one.Key, one => one.Value with
            {
                Status = one.Value.Status! with
                {
                    Links = [.. one.Value.Status.Links.Select(link => link with { State = LinkState.Lost })],
                },
            }),
        };
        var status = Summary(lost);
        (status.Transport, status.Edges[0].Transport, Read(status).Reason).ShouldBe((null, null, "NoDevice"));
    }

    [Fact]
    public void Another_way_or_obstacle_is_looked_at_at_once()
    {
        var reports = new[] { ("Tcp", ""), ("Rdma", ""),
            ("Tcp", "PortDown") }.Select(one => Report("sink", [one.Item1], "", one.Item2).Signature).ToList();
        reports.Distinct().Count().ShouldBe(3);
    }

    private static (string Status, string Reason, string Message) Read(PipelineStatus status) =>
        status.Conditions.Find("TransportReady") is { } one
            ? (one.Status, one.Reason!, one.Message!)
            : throw new InvalidOperationException("no TransportReady");

    private static PipelineStatus Summary(StatusInput input) => StatusSummary.Of(input);

    private static StatusInput Input(string transport, bool rdma, string[] ways, string why = "", string obstacle = "",
        string encryption = "None")
    {
        var accepted = Acceptance.Of(Pipelines.Stored(Pipelines.Pair, document =>
        {
            document["spec"]!["transport"] = transport;
            document["spec"]!["encryption"] = encryption;
            if (rdma)
                document["spec"]!["rdma"] = System.Text.Json.Nodes.JsonNode.Parse("""{"resourceName": "rdma/hca"}""");
        })).Accepted!;
        var slots = new[] { Slot("source"), Slot("sink") };
        return new()
        {
            Generation = 1,
            Accepted = accepted,
            Graph = accepted.Graph,
            Slots = slots,
            SidecarImage = "s",
            NewestSidecarImage = "s",
            Now = Now,
            Reports = new Dictionary<string, SidecarReport>
            {
                ["uid-source"] = Report("source", [.. ways.Take(1)], why, ""),
                ["uid-sink"] = Report("sink", [.. ways.Skip(1)], why, obstacle),
            },
        };
    }

    private static SidecarReport Report(string unit, string[] ways, string why, string obstacle)
    {
        var peer = unit == "source" ? "pair-sink-0" : "pair-source-0";
        var links = ways.Select(way => new LinkStatus(Edge, peer, unit == "source" ? LinkDirection.Outbound : LinkDirection.Inbound,
            LinkState.Ready, way, 1, "", 0, 0)
        { WayReason = way == "Rdma" ? "" : why }).ToList();
        var rdma = obstacle.Length > 0
            ? new RdmaStatus(false, "", "", obstacle, obstacle == "NoDevice" ? "NoDevice: in words" : "in words")
            : null;
        return SidecarReport.Unknown with
        {
            HasPlan = true,
            Status = new("p", "i", new(1, 1, 1), false, false, 0, [], [], links) { Rdma = rdma },
        };
    }

    private static SlotDecision Slot(string unit) => new(new($"pair-{unit}-0", 0, [new(unit, 0)]),
        new($"pair-{unit}-0-x", $"uid-{unit}", $"pair-{unit}-0", PodState.Running, false, true, true, "h", "n", null, null, false,
            "10.0.0.1", Now, null), "x", false, [], null);
}
