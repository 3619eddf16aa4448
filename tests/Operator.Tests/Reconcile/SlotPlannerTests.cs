using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Reconcile;
using K8sMediaFlow.Operator.Tests.Desired;

namespace K8sMediaFlow.Operator.Tests.Reconcile;

/// <summary>Pods that were all made from something else are replaced one at a time, over the whole pipeline.</summary>
public class SlotPlannerTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly RenderInput Input = Rendering.Input(Pipelines.Pair, minor: 20);

    [Fact]
    public void Of_all_pods_one_goes_and_the_others_wait_for_its_successor()
    {
        Removed(Old("source"), Old("sink")).ShouldBe(["source"]);
        Removed(Old("source") with { Terminating = true }, Old("sink")).ShouldBeEmpty("it has to bring away what it holds");
        Removed(Old("sink")).ShouldBeEmpty("its successor is not made yet");
        Removed(New("source") with { Ready = false }, Old("sink")).ShouldBeEmpty("its successor is not ready yet");
        Removed(New("source"), Old("sink")).ShouldBe(["sink"]);
    }

    [Fact]
    public void Nobody_waits_for_ever_for_a_pod_that_does_not_come_up()
    {
        Removed(New("source") with { Ready = false, Trouble = new("ContainerFailing", "why") }, Old("sink")).ShouldBe(["sink"], "what it needs may be in the change");
        Removed(New("source") with { Ready = false, CreatedAt = Now.AddSeconds(-61) }, Old("sink")).ShouldBe(["sink"]);
        Removed(Old("source") with { Terminating = true, NodeFault = "node n1 is gone" }, New("source"), Old("sink")).ShouldBe(["sink"]);
        Decide(New("source") with { Ready = false }, Old("sink")).Slots[1].LookAgainAt.ShouldBe(Now.AddSeconds(60));
    }

    [Fact]
    public void A_pod_that_is_ending_can_still_be_spoken_to()
    {
        var slot = Decide(New("source") with { Terminating = true }, New("sink")).Slots[0];
        (slot.Current, slot.Reachable?.Stable).ShouldBe((null, "pair-source-0"));
        Decide(New("sink")).Slots[0].Reachable.ShouldBeNull();
    }

    private static SlotPlan Decide(params PodView[] pods) => SlotPlanner.Decide(Input, pods, new("u-pair"), null, "u-pair", null, Now);

    private static List<string> Removed(params PodView[] pods) => [.. Decide(pods).Removals.Select(one => one.Pod.Stable.Split('-')[1])];

    private static PodView Old(string unit) => New(unit) with { Hash = "before" };

    private static PodView New(string unit)
    {
        var (stable, parts) = ($"pair-{unit}-0", Input.Parts(Input.Units.First(one => one.Name == unit)));
        return new($"{stable}-00000", $"u-{unit}", stable, PodState.Running, false, true, true, TemplateHash.Of(parts, parts.Unit.Slots[0]), "n1", null, null, false, "10.0.0.1", Now.AddSeconds(-5), null);
    }
}
