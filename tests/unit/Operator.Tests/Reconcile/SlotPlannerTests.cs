using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.Operator.Reconcile;
using K8sMediaFlow.Operator.Tests.Desired;

namespace K8sMediaFlow.Operator.Tests.Reconcile;

/// <summary>Who goes, who comes and who waits, over the slots of one pipeline.</summary>
public class SlotPlannerTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly RenderInput Input = Rendering.Input(Pipelines.Pair, minor: 20);

    [Fact]
    public void Of_all_outdated_pods_one_gets_a_successor_and_the_others_wait_until_it_has_taken_its_place()
    {
        Made(Old("source"), Old("sink")).ShouldBe(["source"]);
        Made(Old("source"), Standby("source"), Old("sink")).ShouldBeEmpty("one stands by already");
        Removed(Old("source"), Standby("source"), Old("sink")).ShouldBe(["source"]);
        Removed(Old("source") with { Terminating = true }, Standby("source"), Old("sink"))
            .ShouldBeEmpty("it has to bring away what it holds");
        Made(Old("source") with { Terminating = true }, Standby("source"), Old("sink")).ShouldBeEmpty();
        Made(New("source") with { Ready = false }, Old("sink")).ShouldBeEmpty("its successor is not ready yet");
        Made(New("source"), Old("sink")).ShouldBe(["sink"]);
    }

    [Fact]
    public void A_rollout_stops_at_the_first_pod_that_does_not_come_up_and_says_why()
    {
        var failing = Standby("source") with { Started = false, PodIssue = new(Reasons.ImageUnavailable, "pod x: no such image") };
        var plan = Decide(Old("source"), failing, Old("sink"));
        (plan.Removals.Count, plan.Slots.Count(slot => slot.Make)).ShouldBe((0, 0));
        (plan.Stopped!.Reason, plan.Stopped.Message)
            .ShouldBe((Reasons.RolloutStopped,
            "ImageUnavailable: pod x: no such image; 2 of 2 pods are as they were before: correct the pipeline, or edit it back"));
        Decide(New("source") with { Ready = false, PodIssue = new(Reasons.ContainerFailing, "crash") }, Old("sink"))
            .ShouldSatisfyAllConditions(
            one => one.Stopped!.Message.ShouldStartWith("ContainerFailing: crash"), one => one.Slots.ShouldAllBe(slot => !slot.Make));
        Decide(New("source") with { Ready = false, CreatedAt = Now.AddSeconds(-61) }, Old("sink"))
            .Stopped!.Message.ShouldContain("has not come up");
        Decide(Old("source"), Standby("source"), Old("sink")).Stopped.ShouldBeNull();
    }

    [Fact]
    public void A_successor_that_does_not_answer_or_has_only_just_begun_to_run_takes_nobodys_place()
    {
        Removed(Old("source"), Standby("source") with { Answers = false }, Old("sink")).ShouldBeEmpty();
        Removed(Old("source"), Standby("source") with { StartedAt = Now.AddSeconds(-1) }, Old("sink")).ShouldBeEmpty();
        Decide(Old("source"), Standby("source") with { StartedAt = Now.AddSeconds(-1) }, Old("sink"))
            .Slots[0].LookAgainAt.ShouldBe(Now.AddSeconds(4));
    }

    [Fact]
    public void An_edit_that_is_taken_back_takes_the_successor_away_and_nothing_else() =>
        Decide(New("source"), Standby("source") with { Hash = "edited" }, New("sink")).ShouldSatisfyAllConditions(
            one => one.Removals.Single().Pod.Name.ShouldBe("pair-source-0-11111"), one =>
                one.Stopped.ShouldBeNull(), one => one.Slots.ShouldAllBe(slot => slot.Current!.Ready));

    [Fact]
    public void A_pod_that_fails_since_before_the_edit_is_not_waited_for_since_the_edit_may_be_its_remedy() =>
        Made(Old("source"), New("sink") with
        {
            Ready = false,
            Generation = 0,
            CreatedAt = Now.AddHours(-1),
            PodIssue = new(Reasons.ContainerFailing, "caps differ")
        }).ShouldBe(["source"]);

    [Fact]
    public void Where_there_is_no_room_for_two_the_old_pod_makes_room_if_that_is_all_that_lacks()
    {
        var old = Old("source") with { Footprint = new("anywhere", new Dictionary<string, decimal> { ["memory"] = 100 }) };
        var waits = Standby("source") with
        {
            Started = false,
            CreatedAt = Now.AddSeconds(-61),
            PodIssue = new(Reasons.Unschedulable, "no memory"),
            Footprint = old.Footprint,
        };
        Removed(old, waits, Old("sink")).ShouldBe(["source"]);
        Removed(old, waits with { CreatedAt = Now.AddSeconds(-10) }, Old("sink")).ShouldBeEmpty("there may be room in a moment");
        Removed(old, waits with { Footprint = new("anywhere", new Dictionary<string, decimal> { ["memory"] = 200 }) }, Old("sink"))
            .ShouldBeEmpty("it would not fit either");
        Removed(old, waits with { Footprint = waits.Footprint! with { Place = "nowhere" } }, Old("sink")).ShouldBeEmpty();
        Removed(old, waits with { PodIssue = new(Reasons.ImageUnavailable, "no image") }, Old("sink")).ShouldBeEmpty();
        Removed(old with { Leaving = true }, waits, Old("sink")).ShouldBeEmpty("its room is nobody's any more");
    }

    [Fact]
    public void A_successor_that_the_server_refuses_to_make_stops_the_rollout_until_the_old_pod_makes_room()
    {
        var memory = new PipelineMemory("u-pair");
        memory.Refused["pair-source-0"] = (Now.AddSeconds(-30), "exceeded quota");
        var plan = Decide(memory, Old("source"), Old("sink"));
        (plan.Removals.Count, plan.Stopped!.Message)
            .ShouldBe((0, "ApiRefused: exceeded quota; 2 of 2 pods are as they were before: correct the pipeline, or edit it back"));
        memory.Refused["pair-source-0"] = (Now.AddSeconds(-60), "exceeded quota");
        Decide(memory, Old("source"), Old("sink")).Removals.Select(one => one.Pod.Stable).ShouldBe(["pair-source-0"]);
    }

    [Fact]
    public void On_a_node_that_is_being_emptied_the_successor_comes_first_however_long_that_takes()
    {
        var leaving = New("source") with { Leaving = true };
        Made(leaving, New("sink")).ShouldBe(["source"]);
        var waits = Standby("source") with { Started = false, PodIssue = new(Reasons.Unschedulable, "cordoned"), CreatedAt = Now };
        Decide(leaving, waits, New("sink"))
            .Slots[0].ShouldSatisfyAllConditions(one => one.Current.ShouldBe(leaving), one => one.Removals.ShouldBeEmpty(),
            one => one.Yields.ShouldBeFalse());
        Decide(leaving, waits with { CreatedAt = Now.AddHours(-1) }, New("sink")).Slots[0].ShouldSatisfyAllConditions(
            one => one.Removals.ShouldBeEmpty("cordoning takes nothing away"), one => one.Yields.ShouldBeTrue("an eviction may"));
        Removed(leaving, Standby("source"), New("sink")).ShouldBe(["source"]);
        Removed(leaving with { Leaving = false }, Standby("source"), New("sink")).ShouldBeEmpty("the one that stood by goes");
    }

    [Fact]
    public void Of_all_pods_of_a_node_that_is_being_emptied_one_goes_at_a_time_and_the_next_when_its_links_are_up()
    {
        PodView source = New("source") with { Leaving = true }, sink = New("sink") with { Leaving = true };
        Made(source, sink).ShouldBe(["source", "sink"]);
        Removed(source, Standby("source"), sink, Standby("sink")).ShouldBe(["source"]);
        Removed(source with { Terminating = true }, Standby("source"), sink, Standby("sink")).ShouldBeEmpty();
        Removed(New("source") with { LinksDown = ["pair-sink-0"] }, sink, Standby("sink")).ShouldBeEmpty();
        Removed(New("source"), sink, Standby("sink")).ShouldBe(["sink"]);
    }

    [Fact]
    public void A_pod_that_is_ending_keeps_its_peers_until_it_is_gone()
    {
        var ending = New("source") with { Ready = false, Planned = true, Terminating = true };
        var slot = Decide(ending, Standby("source"), New("sink")).Slots[0];
        (slot.Reachable, slot.Current!.Name).ShouldBe((ending, "pair-source-0-11111"));
        Decide(Standby("source"), New("sink")).Slots[0].Reachable!.Name.ShouldBe("pair-source-0-11111");
        Decide(ending with { NodeLostAt = Now.AddSeconds(9) }, Standby("source"), New("sink"))
            .Slots[0].Reachable!.Name.ShouldBe("pair-source-0-11111", "it may have ended long ago");
        Decide(ending with { State = PodState.Failed }, Standby("source"), New("sink")).Slots[0].Reachable!.Name
            .ShouldBe("pair-source-0-11111", "its containers have ended");
        Decide(ending, Standby("source") with { Planned = true }, New("sink"))
            .Slots[0].Reachable!.Name.ShouldBe("pair-source-0-11111", "they were moved already");
    }

    [Fact]
    public void A_pod_that_is_ending_can_still_be_spoken_to()
    {
        var slot = Decide(New("source") with { Terminating = true }, New("sink")).Slots[0];
        (slot.Current, slot.Reachable?.Stable).ShouldBe((null, "pair-source-0"));
        Decide(New("sink")).Slots[0].Reachable.ShouldBeNull();
    }

    private static SlotPlan Decide(params PodView[] pods) => Decide(new PipelineMemory("u-pair"), pods);

    private static SlotPlan Decide(PipelineMemory memory, params PodView[] pods) =>
        SlotPlanner.Decide(Input, pods, memory, null, "u-pair", null, Now);

    private static List<string> Made(params PodView[] pods) =>
        [.. Decide(pods).Slots.Where(slot => slot.Make).Select(slot => slot.Slot.Stable.Split('-')[1])];

    private static List<string> Removed(params PodView[] pods) =>
        [.. Decide(pods).Slots.Where(slot => slot.Removals.Any(one => one.Pod == slot.Current))
            .Select(slot => slot.Slot.Stable.Split('-')[1])];

    private static PodView Old(string unit) => New(unit) with { Hash = "before", Generation = 0 };

    private static PodView Standby(string unit) => New(unit) with
    {
        Name = $"pair-{unit}-0-11111",
        Uid = $"v-{unit}",
        Ready = false,
        Answers = true,
        CreatedAt = Now.AddSeconds(-4),
        StartedAt = Now.AddSeconds(-5),
    };

    private static PodView New(string unit)
    {
        var (stable, parts) = ($"pair-{unit}-0", Input.Parts(Input.Units.First(one => one.Name == unit)));
        return new($"{stable}-00000", $"u-{unit}", stable, PodState.Running, false, true, true, TemplateHash.Of(parts, parts.Unit.Slots[0]),
            "n1", null, null, false, "10.0.0.1", Now.AddHours(-2), null)
        {
            Generation = 1,
        };
    }
}
