using System.Reflection;
using K8sMediaFlow.Operator.Model;
using static K8sMediaFlow.Operator.Tests.Reconcile.PairSlots;

namespace K8sMediaFlow.Operator.Tests.Reconcile;

/// <summary>Who goes, who comes and who waits, over the slots of one pipeline.</summary>
public class SlotPlannerTests
{
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

    /// <summary>Every reason that there is, soon and long after: none of them makes the healthy pod go, see MakingRoomTests.</summary>
    public static TheoryData<string, int> Causes
    {
        get
        {
            var reasons = typeof(Reasons).GetFields(BindingFlags.Static | BindingFlags.Public).Where(one => one.IsLiteral)
                .Select(one => (string)one.GetRawConstantValue()!).Distinct();
            var causes = new TheoryData<string, int>();
            foreach (var reason in reasons)
            {
                causes.Add(reason, 4);
                causes.Add(reason, 3600);
            }
            return causes;
        }
    }

    [Theory]
    [MemberData(nameof(Causes))]
    public void A_rollout_stops_at_the_first_pod_that_does_not_come_up_and_says_why(string reason, int seconds)
    {
        var failing = Standby("source") with
        {
            Started = false,
            PodIssue = new(reason, "pod x: why"),
            CreatedAt = Now.AddSeconds(-seconds),
            Footprint = reason == Reasons.Unschedulable ? Takes(200) : Footprint,
        };
        var plan = Decide(Old("source"), failing, Old("sink"));
        (plan.Removals.Count, plan.Slots.Count(slot => slot.Make)).ShouldBe((0, 0));
        (plan.Stopped!.Reason, plan.Stopped.Message)
            .ShouldBe((Reasons.RolloutStopped,
            $"{reason}: pod x: why; 2 of 2 pods are as they were before: correct the pipeline, or edit it back"));
    }

    [Fact]
    public void A_pod_of_the_new_template_that_fails_or_does_not_come_up_stops_the_rollout()
    {
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
        Decide(ending with { HasEnded = true }, Standby("source"), New("sink")).Slots[0].Reachable!.Name
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
}
