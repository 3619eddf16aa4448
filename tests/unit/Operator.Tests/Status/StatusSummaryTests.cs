using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.KubernetesRuntime.Reconciling;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.Operator.Status;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Operator.Tests.Status;

public class StatusSummaryTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly AcceptedPipeline Pair = Acceptance.Of(Pipelines.Stored(Pipelines.Pair)).Accepted!;

    [Theory]
    [InlineData(29.97, "30.0")]
    [InlineData(1234.5, "1200.0")]
    [InlineData(0.26, "0.3")]
    [InlineData(7.14, "7.1")]
    [InlineData(0, "0.0")]
    public void Figures_have_two_digits(double value, string shown) => Statistics.PerSecond(value).ShouldBe(shown);

    [Fact]
    public void Figures_wait_for_fifteen_seconds_and_conditions_do_not()
    {
        var written = Summary(Slot("source"), Slot("sink")) with { FramesPerSecond = "30.0" };
        var faster = written with { FramesPerSecond = "60.0" };
        StatusPace.Choose(faster, written, Now, Now.AddSeconds(14)).Status.FramesPerSecond.ShouldBe("30.0");
        StatusPace.Choose(faster, written, Now, Now.AddSeconds(15)).ShouldBe((faster, true));
        var ended = Summary(Slot("source"), Slot("sink", ready: false));
        var chosen = StatusPace.Choose(ended with { FramesPerSecond = "1.0" }, written, Now, Now.AddSeconds(1));
        chosen.Status.Conditions.IsTrue("Ready").ShouldBeFalse();
    }

    [Fact]
    public void An_unready_pods_trouble_is_the_pipelines()
    {
        var status = Summary(Slot("source"),
            Slot("sink", ready: false, new(Reasons.ImageUnavailable, "pod pair-sink-0-x, container sink: no such image")));
        (status.Conditions.Find("Ready")!.Reason, status.Conditions.Find("Ready")!.Message)
            .ShouldBe(("ImageUnavailable", "pod pair-sink-0-x, container sink: no such image"));
        (status.ReadyPods, status.Pods[1].Message).ShouldBe(("1/2", "pod pair-sink-0-x, container sink: no such image"));
        status.Conditions.Find("Reconciling")!.Status.ShouldBe("True");
    }

    [Fact]
    public void A_trouble_that_may_pass_is_told_after_one_that_will_not()
    {
        var slow = Slot("source", ready: false, new(Reasons.VolumeUnavailable, "pod pair-source-0-x: timed out", MayPass: true));
        Summary(slow, Slot("sink", ready: false, new(Reasons.Unschedulable, "pod pair-sink-0-x: no memory")))
            .Conditions.Find("Ready")!.Reason.ShouldBe("Unschedulable");
        Summary(slow, Slot("sink", ready: false)).Conditions.Find("Ready")!.Reason.ShouldBe("VolumeUnavailable");
    }

    [Fact]
    public void What_did_not_change_keeps_its_time_so_nothing_is_written()
    {
        var first = Summary(Slot("source"), Slot("sink"));
        var again = StatusSummary.Of(Input(Slot("source"), Slot("sink")) with { Before = first, Now = Now.AddHours(1) });
        again.ToElement().GetRawText().ShouldBe(first.ToElement().GetRawText());
    }

    [Fact]
    public void A_refused_edit_is_told_at_its_generation_and_the_rest_goes_on_about_what_runs()
    {
        var status = StatusSummary.Of(Input(Slot("source"), Slot("sink")) with { Generation = 5, Refusal = new("Cycle", "a cycle") });
        (status.ObservedGeneration, status.Phase).ShouldBe((5, PipelinePhase.Running));
        (status.Conditions.Find("Accepted")!.ObservedGeneration, status.Conditions.Find("Ready")!.ObservedGeneration).ShouldBe((5, 1));
        (status.Conditions.Find("Accepted")!.Reason, status.Conditions.IsTrue("Ready"), status.Conditions.IsTrue("Stalled"))
            .ShouldBe(("Cycle", true, true));
    }

    [Fact]
    public void A_rollout_that_stops_is_told_while_what_runs_is_ready()
    {
        var stands = Slot("source") with
        {
            IsOutdated = true,
            Standby = Pod("pair-source-0") with { Ready = false, PodIssue = new(Reasons.ImageUnavailable, "pod x: no such image") },
        };
        var status = StatusSummary.Of(Input(stands, Slot("sink")) with
        {
            RolloutStopped = new(Reasons.RolloutStopped, "ImageUnavailable: pod x: no such image"),
        });
        (status.Conditions.IsTrue("Ready"), status.ReadyPods, status.Phase).ShouldBe((true, "2/2", PipelinePhase.Running));
        (status.Conditions.Find("Stalled")!.Reason, status.Conditions.Find("SidecarsUpToDate")!.Reason,
            status.Conditions.IsTrue("Reconciling")).ShouldBe(("RolloutStopped", "Updating", false));
        status.Conditions.Find("Stalled")!.Message.ShouldBe("ImageUnavailable: pod x: no such image");
        status.Pods[0].Message.ShouldBe("pod x: no such image");
    }

    [Fact]
    public void A_pod_that_a_change_replaces_says_so_and_why_before_it_is_its_turn()
    {
        PodChange change = new("pair-source-0", PodChangeKind.Replaced, ["operators[source].image"], 4 << 20, 6 << 20);
        var slots = new[] { Slot("source") with { IsOutdated = true }, Slot("sink") with { IsOutdated = true } };
        var status = StatusSummary.Of(Input(slots) with { Changes = new Dictionary<string, PodChange> { [change.Pod] = change } });
        status.Pods.Select(pod => pod.Message).ShouldBe(
            ["will be replaced: operators[source].image; its frames need 2.0 MiB more", "will be replaced"]);
    }

    [Fact]
    public void A_refused_plan_and_a_lost_link_are_named()
    {
        var slots = new[] { Slot("source"), Slot("sink") };
        var report = new SidecarReport(Status(new LinkStatus("source.video->sink.video", "pair-sink-0", LinkDirection.Outbound,
            LinkState.Lost, "Tcp", 1, "no heartbeat for 1 s", 3, 1)),
            new Dictionary<(string, EdgeSide), double>(), false, "Unsupported: other regions", "");
        var status = StatusSummary.Of(Input(slots) with
        {
            Reports = new Dictionary<string,
            SidecarReport>
            { [slots[0].Current!.Uid] = report },
        });
        (status.Conditions.Find("SidecarsUpToDate")!.Reason, status.Conditions.Find("TransportReady")!.Reason)
            .ShouldBe(("PlanRefused", "LinkLost"));
        status.Conditions.Find("TransportReady")!.Message!.ShouldContain("no heartbeat for 1 s");
    }

    [Fact]
    public void A_batch_ends_as_its_media_operators_do()
    {
        var batch = Acceptance.Of(Pipelines.Stored(Pipelines.Pair, document => document["spec"]!["execution"] = "Batch")).Accepted!;
        var slots = PipelineUnit.Of(batch.Graph).SelectMany(unit => unit.Slots).ToList();
        var done = slots.Select(slot => Pod(slot.Stable) with { State = PodState.Succeeded }).ToList();
        BatchOutcome.Of(batch.Graph, 1, null, slots, done, _ => SidecarReport.Unknown)!.Phase.ShouldBe(PipelinePhase.Succeeded);
        BatchOutcome.Of(batch.Graph, 1, null, slots, [done[0], Pod(slots[1].Stable)], _ => SidecarReport.Unknown).ShouldBeNull();
        var failed = SidecarReport.Unknown with
        {
            Status = Status() with { Operators = [new("sink", 0, MediaOperatorState.Failed, "x", "the disk is full")] },
        };
        var outcome = BatchOutcome.Of(batch.Graph, 1, null, slots, [done[0], Pod(slots[1].Stable)],
            pod => pod == done[0] ? SidecarReport.Unknown : failed)!;
        (outcome.Phase, outcome.Message).ShouldBe((PipelinePhase.Failed, "operator 'sink' (replica 0) failed: the disk is full"));
        BatchOutcome.Of(batch.Graph, 1, new PipelineStatus { ObservedGeneration = 1, Phase = PipelinePhase.Failed }, slots, done,
            _ => SidecarReport.Unknown)!.Phase.ShouldBe(PipelinePhase.Failed, "what was decided stands");
    }

    [Fact]
    public void A_batch_one_of_whose_media_operators_is_scaled_to_0_has_not_ended()
    {
        var batch = Acceptance.Of(Pipelines.Stored(Pipelines.Pair, document => document["spec"]!["execution"] = "Batch")).Accepted!;
        BatchOutcome.Of(WithoutSink(batch.Graph), 1, null, [], [], _ => SidecarReport.Unknown).ShouldBeNull();
    }

    [Fact]
    public void Who_is_scaled_to_0_is_named_and_its_edges_say_what_becomes_of_frames()
    {
        var status = StatusSummary.Of(Input(Slot("source")) with
        {
            Graph = WithoutSink(Pair.Graph),
            Reports = Heard("source", links: new LinkStatus("source.video->sink.video", "pair-sink-0", LinkDirection.Outbound,
                LinkState.Lost, "Tcp", 1, "unreachable", 3, 1)),
        });
        (status.Conditions.Find("Ready")!.Status, status.Conditions.Find("Ready")!.Message)
            .ShouldBe(("True", "1 of 1 pods are ready; 'sink' is scaled to 0"));
        status.Edges.Single()
            .Reason.ShouldBe("operator 'sink' is scaled to 0: frames for it wait, and so does 'source' once its share of memory is full");
        status.Conditions.Find("TransportReady")!.Status.ShouldBe("True", "nobody waits for a link with a pod that is not to be");
        (status.ReadyOperators, status.Operators[1].Replicas, status.Operators[1].Message).ShouldBe(("2/2", 0, "scaled to 0"));
    }

    [Fact]
    public void A_new_leader_repeats_what_was_said_until_it_has_heard_for_itself()
    {
        var slots = new[] { Slot("source"), Slot("sink") };
        var both = Heard("source", 30, Link("pair-sink-0", LinkDirection.Outbound))
            .Concat(Heard("sink", 30, Link("pair-source-0", LinkDirection.Inbound))).ToDictionary();
        var before = StatusSummary.Of(Input(slots) with { Reports = both });
        (before.ReadyOperators, before.Transport, before.FramesPerSecond).ShouldBe(("2/2", "TCP", "30.0"));
        before.Conditions.Where(one => one.Status == "True").Select(one => one.Type)
            .ShouldBe(["Accepted", "Ready", "TransportReady", "SidecarsUpToDate"]);

        var input = Input(slots) with { Before = before, Now = Now.AddMinutes(1) };
        var oneStatus = both.ToDictionary(one => one.Key, one => one.Value with
        {
            FramesPerSecond = new Dictionary<(string, EdgeSide),
            double>(),
            IsCounted = false,
        });
        var planless = both.ToDictionary(one => one.Key, one => one.Value with { HasPlan = false, IsFirstPlanPending = true });
        foreach (var reports in new[] { [], planless, Heard("source", 30, Link("pair-sink-0", LinkDirection.Outbound)), oneStatus, both })
            StatusSummary.Of(input with { Reports = reports }).ToElement().GetRawText().ShouldBe(before.ToElement().GetRawText());

        // Whoever cannot be reached is heard of, and a pod that was not ready before is no one's word.
        var lost = both.ToDictionary(one => one.Key, one => SidecarReport.Unknown with { Unreachable = "no route" });
        StatusSummary.Of(input with { Reports = lost }).Conditions.Find("SidecarsUpToDate")!.Reason.ShouldBe("PlanPending");
        var fresh = Slot("sink") with { Current = Pod("pair-sink-0") with { Name = "pair-sink-0-bbbbb" } };
        StatusSummary.Of(input with { Slots = [slots[0], fresh], Reports = Heard("source", 30) })
            .Conditions.Find("TransportReady")!.Reason.ShouldBe("Connecting");
    }

    [Fact]
    public void What_the_controller_is_kept_from_doing_is_what_Ready_says()
    {
        var status = StatusSummary.Of(Input(Slot("source"), Slot("sink", ready: false) with { Current = null }) with
        {
            Stalled = new(Reasons.ApiRefused, "pods \"x\" is forbidden: exceeded quota"),
        });
        (status.Conditions.Find("Ready")!.Reason, status.Conditions.Find("Ready")!.Message)
            .ShouldBe((Reasons.ApiRefused, "pods \"x\" is forbidden: exceeded quota"));
        StatusSummary.Of(Input(Slot("source"), Slot("sink")) with { Stalled = new(Reasons.ApiRefused, "no") }).Conditions.IsTrue("Ready")
            .ShouldBeTrue("pods that run do so");
    }

    [Fact]
    public void An_edge_that_waits_says_for_what_at_once_and_in_other_words_only_with_the_figures()
    {
        var moving = StatusSummary.Of(Waiting(""));
        moving.Edges.Single().WaitsFor.ShouldBeNull();
        var waiting = StatusSummary.Of(Waiting("sink-0 holds 8"));
        StatusPace.Choose(waiting, moving, Now, Now.AddSeconds(1)).Status.Edges.Single().WaitsFor.ShouldBe("sink-0 holds 8", "it begins");
        var more = StatusSummary.Of(Waiting("sink-0 holds 9"));
        StatusPace.Choose(more, waiting, Now, Now.AddSeconds(14)).Status.Edges.Single().WaitsFor.ShouldBe("sink-0 holds 8");
        StatusPace.Choose(more, waiting, Now, Now.AddSeconds(15)).Status.Edges.Single().WaitsFor.ShouldBe("sink-0 holds 9");
        StatusPace.Choose(moving, waiting, Now, Now.AddSeconds(1)).Status.Edges.Single().WaitsFor.ShouldBeNull("it ceases");
        waiting.ToElement().GetProperty("edges").GetRawText().ShouldEndWith(""","waitsFor":"sink-0 holds 8","droppedFrames":0}]""");
    }

    [Fact]
    public void What_many_sidecars_wait_for_is_listed_within_bounds()
    {
        var slots = Enumerable.Range(0, 400).Select(number => Slot("source") with { Current = Pod($"pair-source-{number}") }).ToArray();
        var reports = slots.ToDictionary(slot => slot.Current!.Uid,
            slot => Waits(SidecarReport.Unknown, 0, $"a grant of {slot.Current!.Name}"));
        var status = StatusSummary.Of(Input(slots) with { Reports = reports });
        status.Edges.Single()
            .WaitsFor.ShouldBe(
            "a grant of pair-source-0-aaaaa; a grant of pair-source-1-aaaaa; a grant of pair-source-2-aaaaa; and 397 more");
        foreach (var uid in reports.Keys)
            reports[uid] = Waits(reports[uid], 1, uid + new string('x', 5000));
        StatusSummary.Of(Input(slots) with { Reports = reports }).Edges.Single().WaitsFor!.Length.ShouldBe(StatusText.CharsMax);
        StatusSummary.Of(Input(slots) with
        {
            Reports = reports.ToDictionary(one => one.Key,
            one => one.Value with { Unreachable = "gone" })
        }).Edges.Single().WaitsFor.ShouldBeNull();
    }

    [Fact]
    public void No_text_of_a_status_is_longer_than_a_person_reads_whatever_it_is_made_of()
    {
        var endless = new string('x', 100_000);
        var slots = Enumerable.Range(0, 300)
            .Select(number => Slot("source", ready: false,
            new(Reasons.ImageUnavailable, endless)) with
            {
                Current = Pod($"pair-source-{number}") with
                {
                    Ready = false,
                    PodIssue = new(Reasons.ImageUnavailable, endless)
                }
            }).ToArray();
        var idle = Pair.Graph with
        {
            Operators = [.. Pair.Graph.Operators, .. Enumerable.Range(0, 2000).Select(number => Pair.Graph.Operators[1] with
            {
                Name = $"idle-{number}",
                Replicas = 0,
            })],
        };
        var heard = new Dictionary<string, SidecarReport>
        {
            [slots[0].Current!.Uid] = Waits(SidecarReport.Unknown, 0, endless) with { Refusal = endless },
        };
        StatusInput[] inputs =
        [
            Input(slots), Input(slots) with { Refusal = new("Cycle", endless) }, Input(slots) with
            {
                Stalled = new(Reasons.ApiRefused, endless),
            },
            Input(slots) with { RolloutStopped = new(Reasons.RolloutStopped, endless) }, Input(slots) with { Reports = heard },
                Input(slots) with
                {
                    MissingDevice = endless,
                },
            Input(Slot("source")) with { Graph = idle }, Input(slots) with { Outcome = new(PipelinePhase.Failed, endless) },
                Input(slots) with
                {
                    SidecarImage = endless,
                    NewestSidecarImage = "s",
                },
        ];
        foreach (var status in inputs.Select(StatusSummary.Of))
        {
            status.Conditions.ShouldAllBe(one => one.Message!.Length <= StatusText.CharsMax);
            status.Pods.Select(one => one.Message).Concat(status.Operators.Select(one => one.Message))
                .Concat(status.Edges.SelectMany(one => new[]
                {
                    one.Reason, one.WaitsFor,
                }))
                .ShouldAllBe(text => text == null || text.Length <= StatusText.CharsMax);
        }
    }

    [Fact]
    public void A_text_is_not_cut_within_a_character()
    {
        StatusText.Bounded(new string('x', StatusText.CharsMax)).Length.ShouldBe(StatusText.CharsMax);
        StatusText.Bounded(new string('x', StatusText.CharsMax - 2) + "🎬🎬").ShouldBe(new string('x', StatusText.CharsMax - 2) + "…");
    }

    [Fact]
    public void An_edge_that_waits_and_moves_by_turns_is_said_to_wait()
    {
        var report = Waits(SidecarReport.Unknown, 0, "");
        var moving = report.Signature;
        report = Waits(report, 2, "sink-0 holds 8");
        var waiting = report.Signature;
        waiting.ShouldNotBe(moving);
        for (var second = 4; second < 60; second += 2)
        {
            report = Waits(report, second, second % 4 == 0 ? "" : $"sink-0 holds {second}");
            report.Signature.ShouldBe(waiting, "nobody is to be told of each frame");
        }
        report = Waits(report, 60, "");
        report = Waits(report, 64, "");
        report.Signature.ShouldBe(moving, "nothing has waited for five seconds");
        Waits(report with { Status = report.Status! with { Incarnation = "another" } }, 66, "").Waits.ShouldBeEmpty();
    }

    private static SidecarReport Waits(SidecarReport before, long second, string words) => before.With(Status() with
    {
        MonotonicNanoseconds = second * 1_000_000_000,
        Edges = [new("source.video->sink.video", EdgeSide.Outbound, "Tcp", 1, 1, 0, 0, new Dictionary<string, long>(),
            LatencyHistogram.Empty, 0, 0, false)
            {
                WaitsFor = words,
            }],
    }, hasPlan: true);

    private static StatusInput Waiting(string words)
    {
        var slots = new[] { Slot("source"), Slot("sink") };
        return Input(slots) with
        {
            Reports = new Dictionary<string,
            SidecarReport>
            { [slots[0].Current!.Uid] = Waits(SidecarReport.Unknown, 0, words) },
        };
    }

    private static Dictionary<string, SidecarReport> Heard(string unit, double rate = 0, params LinkStatus[] links) => new()
    {
        [$"uid-pair-{unit}-0"] = new(Status(links) with { Operators = [new(unit, 0, MediaOperatorState.Attached, "x", "")], Edges = [] },
            rate == 0 ? [] : new Dictionary<(string, EdgeSide),
                double>
            { [("source.video->sink.video", unit == "sink" ? EdgeSide.Inbound : EdgeSide.Outbound)] = rate }, true, "", "")
        {
            IsCounted = true,
        },
    };

    private static LinkStatus Link(string peer, LinkDirection direction) =>
        new("source.video->sink.video", peer, direction, LinkState.Ready, "Tcp", 1, "", 3, 1);

    private static PipelineGraph WithoutSink(PipelineGraph graph) => graph with
    {
        Operators = [graph.Operators[0], graph.Operators[1] with { Replicas = 0 }],
    };

    private static PipelineStatus Summary(params SlotDecision[] slots) => StatusSummary.Of(Input(slots));

    private static StatusInput Input(params SlotDecision[] slots) =>
        new()
        {
            Generation = 1,
            Accepted = Pair,
            Graph = Pair.Graph,
            Slots = slots,
            SidecarImage = "s",
            NewestSidecarImage = "s",
            Now = Now,
        };

    private static SlotDecision Slot(string unit, bool ready = true, PodIssue? trouble = null) =>
        new(new($"pair-{unit}-0", 0, [new(unit, 0)]), Pod($"pair-{unit}-0") with { Ready = ready, PodIssue = trouble }, "aaaaa", false, [],
            null);

    private static PodView Pod(string stable) =>
        new($"{stable}-aaaaa", $"uid-{stable}", stable, PodState.Running, false, true, true, "h", "n", null, null, false, "10.0.0.1", Now,
            null);

    private static SidecarStatus Status(params LinkStatus[] links) => new("p", "i", new(1, 1, 1), false, false, 0, [], [], links);
}
