using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.Operator.Reconcile;

namespace K8sMediaFlow.Operator.Tests.Reconcile;

public class SlotDecisionTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly PodSlot Slot = new("p-a-0", 0, [new("a", 0)]);
    private static readonly SlotContext Context = new("uid", null, false, "h", SlotGate.Open, DateTimeOffset.MinValue, Now);
    private static readonly string First = PodNames.Next("uid", "p-a-0", null), Second = PodNames.Next("uid", "p-a-0", First);

    [Fact]
    public void An_empty_slot_gets_a_pod_and_its_name_is_the_same_however_often_it_is_asked_for()
    {
        var one = SlotDecisions.Decide(Slot, [], Context);
        (one.Make, one.Incarnation).ShouldBe((true, First));
        var again = SlotDecisions.Decide(Slot, [], Context with { Recorded = First });
        (again.Make, again.Incarnation).ShouldBe((true, First), "the record was written and the pod was not: the same name");
    }

    [Fact]
    public void A_pod_that_was_there_and_is_gone_is_followed_by_another_incarnation()
    {
        var next = SlotDecisions.Decide(Slot, [], Context with { Recorded = First, Seen = true });
        (next.Make, next.Incarnation).ShouldBe((true, Second));
    }

    [Fact]
    public void A_healthy_pod_is_left_alone()
    {
        var decision = SlotDecisions.Decide(Slot, [Pod(First)], Context with { Recorded = First, Seen = true });
        (decision.Make, decision.Incarnation, decision.Current!.Name, decision.Removals.Count)
            .ShouldBe((false, First, $"p-a-0-{First}", 0));
    }

    [Fact]
    public void A_failed_pod_is_removed_and_replaced_at_once()
    {
        var decision = SlotDecisions.Decide(Slot, [Pod(First) with { State = PodState.Failed }], Context with
        {
            Recorded = First,
            Seen = true,
        });
        (decision.Make, decision.Incarnation).ShouldBe((true, Second));
        decision.Removals.Single().Pod.Name.ShouldBe($"p-a-0-{First}");
    }

    [Fact]
    public void A_pod_that_keeps_failing_is_made_again_after_a_pause()
    {
        var later = SlotDecisions.Decide(Slot, [Pod(First) with { State = PodState.Failed }], Context with
        {
            Recorded = First,
            NotBefore = Now.AddSeconds(4),
        });
        (later.Make, later.LookAgainAt).ShouldBe((false, Now.AddSeconds(4)));
    }

    [Fact]
    public void A_pod_that_is_ending_is_waited_for()
    {
        var decision = SlotDecisions.Decide(Slot, [Pod(First) with { Terminating = true }], Context with { Recorded = First, Seen = true });
        (decision.Make, decision.Current, decision.Removals.Count).ShouldBe((false, null, 0));
        decision.Reachable!.Name.ShouldBe($"p-a-0-{First}", "it is brought plans to its end");
    }

    [Fact]
    public void A_pod_of_which_nothing_runs_any_more_is_not_waited_for_however_long_the_kubelet_keeps_it()
    {
        var ended = Pod(First) with { Terminating = true, HasEnded = true };
        var alone = SlotDecisions.Decide(Slot, [ended], Context with { Recorded = First, Seen = true });
        (alone.Make, alone.Incarnation, alone.Reachable).ShouldBe((true, Second, null));
        var followed = SlotDecisions.Decide(Slot, [ended, Pod(Second) with { Ready = false }],
            Context with { Recorded = First, Seen = true });
        (followed.Make, followed.Reachable!.Name, followed.Ending).ShouldBe((false, $"p-a-0-{Second}", null), "it gets the peers");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_pod_of_a_lost_node_is_replaced_without_waiting_for_its_end(bool terminating)
    {
        var lost = Pod(First) with { NodeFault = "node n1 has not been ready for 31 s", Terminating = terminating };
        var decision = SlotDecisions.Decide(Slot, [lost], Context with { Recorded = First, Seen = true });
        (decision.Make, decision.Incarnation, decision.Removals.Count).ShouldBe((true, Second, terminating ? 0 : 1));
    }

    [Fact]
    public void A_silent_node_is_looked_at_again_when_its_time_is_over()
    {
        var decision = SlotDecisions.Decide(Slot, [Pod(First) with { NodeLostAt = Now.AddSeconds(12) }], Context with { Recorded = First });
        (decision.Make, decision.LookAgainAt).ShouldBe((false, Now.AddSeconds(12)));
    }

    [Fact]
    public void A_pod_that_cannot_run_is_replaced_at_once_by_one_from_another_template_and_one_that_has_succeeded_is_not()
    {
        var old = Pod(First) with { Hash = "before" };
        var shut = Context with { Recorded = First, Gate = SlotGate.Closed };
        SlotDecisions.Decide(Slot, [old with { Ready = false, PodIssue = new(Reasons.ContainerFailing, "why") }], shut)
            .Removals.Count.ShouldBe(1);
        SlotDecisions.Decide(Slot, [old with { Ready = false, State = PodState.Pending }], shut).Removals.Count.ShouldBe(1);
        SlotDecisions.Decide(Slot, [old with { State = PodState.Succeeded }], Context with { Recorded = First })
            .Removals.ShouldBeEmpty("what has succeeded is not repeated");
    }

    [Fact]
    public void Of_two_pods_without_need_the_one_that_has_the_peers_stays()
    {
        var (old, standby) = (Pod(First) with { CreatedAt = Now.AddHours(-1) }, Pod(Second) with { Ready = false });
        SlotDecisions.Decide(Slot, [old, standby], Context with { Recorded = Second }).ShouldSatisfyAllConditions(
            one => one.Removals.Single().Pod.ShouldBe(standby), one => one.Current.ShouldBe(old), one => one.Incarnation.ShouldBe(First));
        SlotDecisions.Decide(Slot, [old, Pod(Second)], Context with { Recorded = Second }).Removals.Single()
            .Pod.ShouldBe(old, "the newer one has them");
    }

    [Fact]
    public void Restarts_wait_longer_and_longer_and_are_forgiven()
    {
        var history = RestartHistory.None;
        history.NotBefore.ShouldBe(DateTimeOffset.MinValue);
        var waits = new List<double>();
        for (var i = 0; i < 10; i++)
        {
            history = history.Made(Now);
            waits.Add(history.NotBefore == DateTimeOffset.MinValue ? 0 : (history.NotBefore - Now).TotalSeconds);
        }
        waits.ShouldBe([0, 1, 2, 4, 8, 16, 32, 60, 60, 60]);
        history.Made(Now.AddMinutes(11)).NotBefore.ShouldBe(DateTimeOffset.MinValue);
    }

    private static PodView Pod(string incarnation) =>
        new($"p-a-0-{incarnation}", $"uid-{incarnation}", "p-a-0", PodState.Running, false, true, true, "h", "n1", null, null, false,
            "10.0.0.1", Now, null);
}
