using K8sMediaFlow.Operator.Model;
using static K8sMediaFlow.Operator.Tests.Reconcile.PairSlots;

namespace K8sMediaFlow.Operator.Tests.Reconcile;

/// <summary>A healthy pod goes before its successor runs only where its going gives the successor what it lacks.</summary>
public class MakingRoomTests
{
    private const string Quota = "pods \"x\" is forbidden: exceeded quota: memory";

    private static readonly PodView Waits = Standby("source") with
    {
        Started = false,
        CreatedAt = Now.AddSeconds(-61),
        PodIssue = new(Reasons.Unschedulable, "no memory"),
    };

    [Fact]
    public void Where_there_is_no_room_for_two_the_old_pod_makes_room_if_that_is_all_that_lacks()
    {
        var old = Old("source");
        Removed(old, Waits, Old("sink")).ShouldBe(["source"]);
        Removed(old, Waits with { CreatedAt = Now.AddSeconds(-10) }, Old("sink")).ShouldBeEmpty("there may be room in a moment");
        Removed(old, Waits with { Footprint = Takes(200) }, Old("sink")).ShouldBeEmpty("it would not fit either");
        Removed(old, Waits with { Footprint = Footprint with { Place = "nowhere" } }, Old("sink")).ShouldBeEmpty();
        Removed(old, Waits with { Footprint = Footprint with { Volumes = new HashSet<string> { "media", "secret" } } }, Old("sink"))
            .ShouldBeEmpty("with the room it may still lack the volume");
        Removed(old, Waits with { Footprint = null }, Old("sink")).ShouldBeEmpty();
        Removed(old with { Leaving = true }, Waits, Old("sink")).ShouldBeEmpty("its node takes no pod any more");
    }

    [Fact]
    public void A_volume_that_is_attached_for_the_old_pod_is_given_up_and_one_that_cannot_be_mounted_is_not()
    {
        var attached = Waits with { PodIssue = new(Reasons.VolumeUnavailable, "Multi-Attach error") { IsVolumeInUse = true } };
        Removed(Old("source"), attached, Old("sink")).ShouldBe(["source"]);
        Removed(Old("source"), attached with { CreatedAt = Now.AddSeconds(-59) }, Old("sink")).ShouldBeEmpty();
        Removed(Old("source"), attached with { Footprint = Footprint with { Volumes = new HashSet<string> { "other" } } }, Old("sink"))
            .ShouldBeEmpty("another pod has it");
        Removed(Old("source"), attached with { PodIssue = new(Reasons.VolumeUnavailable, "secret not found") }, Old("sink"))
            .ShouldBeEmpty();
    }

    [Fact]
    public void A_successor_that_the_server_refuses_to_make_stops_the_rollout_until_the_old_pod_makes_room()
    {
        var plan = Refused(new(Now.AddSeconds(-30), Quota, Footprint));
        (plan.Removals.Count, plan.Stopped!.Message)
            .ShouldBe((0, $"ApiRefused: {Quota}; 2 of 2 pods are as they were before: correct the pipeline, or edit it back"));
        Refused(new(Now.AddSeconds(-60), Quota, Footprint)).Removals.Select(one => one.Pod.Stable).ShouldBe(["pair-source-0"]);
        Refused(new(Now.AddSeconds(-60), Quota, Takes(101))).Removals.ShouldBeEmpty("the quota would be exceeded without the old pod too");
    }

    [Theory]
    [InlineData("pods \"x\" is forbidden: violates PodSecurity \"restricted:latest\": privileged")]
    [InlineData("pods \"x\" is forbidden: error looking up service account media/gone: serviceaccount \"gone\" not found")]
    [InlineData("pods \"x\" is forbidden: no PriorityClass with name gone was found")]
    [InlineData("pods \"x\" is forbidden: maximum memory usage per Container is 1Gi, but limit is 2Gi")]
    [InlineData("admission webhook \"policy.example\" denied the request")]
    [InlineData("Pod \"x\" is invalid: spec.containers[0].volumeMounts[0].name: Not found: \"gone\"")]
    public void A_successor_that_the_server_would_never_make_takes_nothing_away(string words)
    {
        var plan = Refused(new(Now.AddHours(-1), words, Footprint));
        (plan.Removals.Count, plan.Stopped!.Message.Contains(words, StringComparison.Ordinal)).ShouldBe((0, true));
    }

    [Fact]
    public void A_refusal_of_another_kind_is_waited_for_anew()
    {
        var memory = new PipelineMemory("u-pair");
        memory.Refuse("s", new(Now, "denied", Footprint)).ShouldBeTrue();
        memory.Refuse("s", new(Now.AddSeconds(50), Quota, Footprint)).ShouldBeTrue("it is news");
        memory.Refuse("s", new(Now.AddSeconds(60), Quota + " 2", Takes(7))).ShouldBeFalse("only the numbers differ");
        (memory.Refused["s"].Since, memory.Refused["s"].Message, memory.Refused["s"].Needs.Requests["memory"])
            .ShouldBe((Now.AddSeconds(50), Quota + " 2", 7));
    }

    private static Operator.Reconcile.SlotPlan Refused(PodRefusal refusal)
    {
        var memory = new PipelineMemory("u-pair");
        memory.Refuse("pair-source-0", refusal);
        return Decide(memory, Old("source"), Old("sink"));
    }
}
