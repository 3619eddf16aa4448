using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.Kubernetes.Objects;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Plans;
using K8sMediaFlow.Operator.Reconcile;
using K8sMediaFlow.Operator.Status;

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
    public void Figures_have_two_digits(double value, string shown) => Figures.PerSecond(value).ShouldBe(shown);

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
        var status = Summary(Slot("source"), Slot("sink", ready: false, new(Reasons.ImageUnavailable, "pod pair-sink-0-x, container sink: no such image")));
        (status.Conditions.Find("Ready")!.Reason, status.Conditions.Find("Ready")!.Message).ShouldBe(("ImageUnavailable", "pod pair-sink-0-x, container sink: no such image"));
        (status.ReadyPods, status.Pods[1].Message).ShouldBe(("1/2", "pod pair-sink-0-x, container sink: no such image"));
        status.Conditions.Find("Reconciling")!.Status.ShouldBe("True");
    }

    [Fact]
    public void A_trouble_that_may_pass_is_told_after_one_that_will_not()
    {
        var slow = Slot("source", ready: false, new(Reasons.VolumeUnavailable, "pod pair-source-0-x: timed out", MayPass: true));
        Summary(slow, Slot("sink", ready: false, new(Reasons.Unschedulable, "pod pair-sink-0-x: no memory"))).Conditions.Find("Ready")!.Reason.ShouldBe("Unschedulable");
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
        (status.Conditions.Find("Accepted")!.Reason, status.Conditions.IsTrue("Ready"), status.Conditions.IsTrue("Stalled")).ShouldBe(("Cycle", true, true));
    }

    [Fact]
    public void A_refused_plan_and_a_lost_link_are_named()
    {
        var slots = new[] { Slot("source"), Slot("sink") };
        var report = new SidecarReport(Status(new LinkStatus("source.video->sink.video", "pair-sink-0", LinkDirection.Outbound, LinkState.Lost, "Tcp", 1, "no heartbeat for 1 s", 3, 1)),
            new Dictionary<(string, EdgeSide), double>(), false, "Unsupported: other regions", "");
        var status = StatusSummary.Of(Input(slots) with { Reports = new Dictionary<string, SidecarReport> { [slots[0].Current!.Uid] = report } });
        (status.Conditions.Find("SidecarsUpToDate")!.Reason, status.Conditions.Find("TransportReady")!.Reason).ShouldBe(("PlanRefused", "LinkLost"));
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
        var failed = SidecarReport.Unknown with { Status = Status() with { Operators = [new("sink", 0, OperatorState.Failed, "x", "the disk is full")] } };
        var outcome = BatchOutcome.Of(batch.Graph, 1, null, slots, [done[0], Pod(slots[1].Stable)], pod => pod == done[0] ? SidecarReport.Unknown : failed)!;
        (outcome.Phase, outcome.Message).ShouldBe((PipelinePhase.Failed, "operator 'sink' (replica 0) failed: the disk is full"));
        BatchOutcome.Of(batch.Graph, 1, new PipelineStatus { ObservedGeneration = 1, Phase = PipelinePhase.Failed }, slots, done, _ => SidecarReport.Unknown)!.Phase.ShouldBe(PipelinePhase.Failed, "what was decided stands");
    }

    private static PipelineStatus Summary(params SlotDecision[] slots) => StatusSummary.Of(Input(slots));

    private static StatusInput Input(params SlotDecision[] slots) =>
        new() { Generation = 1, Accepted = Pair, Graph = Pair.Graph, Slots = slots, SidecarImage = "s", NewestSidecarImage = "s", Now = Now };

    private static SlotDecision Slot(string unit, bool ready = true, Trouble? trouble = null) =>
        new(new($"pair-{unit}-0", 0, [new(unit, 0)]), Pod($"pair-{unit}-0") with { Ready = ready, Trouble = trouble }, "x", false, [], null);

    private static PodView Pod(string stable) => new($"{stable}-x", $"uid-{stable}", stable, PodState.Running, false, true, true, "h", "n", null, null, false, "10.0.0.1", Now, null);

    private static SidecarStatus Status(params LinkStatus[] links) => new("p", "i", new(1, 1, 1), false, false, 0, [], [], links);
}
