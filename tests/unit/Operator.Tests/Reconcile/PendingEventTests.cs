using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.Operator.Reconcile;

namespace K8sMediaFlow.Operator.Tests.Reconcile;

public class PendingEventTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_newest_warning_about_a_pod_that_hangs_explains_it() =>
        PendingEvents.Explain("p", [Warning("FailedMount", "no secret", 9), Warning("FailedCreatePodSandBox", "no network", 5)])
        .ShouldBe(new PodIssue(Reasons.VolumeUnavailable, "pod p: no secret", MayPass: true));

    [Fact]
    public void What_the_scheduler_said_is_over_once_a_pod_has_its_node()
    {
        PendingEvents.Explain("p", [Warning("FailedScheduling", "0/2 nodes are available", 9)]).ShouldBeNull();
        PendingEvents.Explain("p", [Warning("FailedCreatePodSandBox", "no network", 5),
            Warning("FailedScheduling", "0/2 nodes are available", 9)])!.Reason.ShouldBe(Reasons.PodsPending);
    }

    [Fact]
    public void What_kept_the_containers_is_over_once_one_is_on_its_way()
    {
        PendingEvents.Explain("p", [Warning("FailedMount", "no secret", 5),
            Normal("Scheduled", 4)])!.Reason.ShouldBe(Reasons.VolumeUnavailable);
        PendingEvents.Explain("p", [Warning("FailedMount", "no secret", 5), Normal("Pulled", 6)]).ShouldBeNull();
        PendingEvents.Explain("p", [Warning("FailedMount", "no secret", 5), Normal("Pulled", 6),
            Warning("FailedCreatePodSandBox", "no network", 7)])!.Message.ShouldBe("pod p: no network");
    }

    [Fact]
    public void A_claim_that_cannot_be_made_is_named_though_the_pod_says_only_that_it_waits()
    {
        var named = PendingEvents.Explain("p",
            [Warning("FailedScheduling", "0/2 nodes are available", 9),
            Warning("FailedResourceClaimCreation", "PodResourceClaim kmf-rdma: resourceclaimtemplate \"nic\" not found", 5)]);
        named.ShouldBe(new PodIssue(Reasons.ResourceMissing, "pod p: PodResourceClaim kmf-rdma: resourceclaimtemplate \"nic\" not found"));
        var waits = new PodView("p", "u", "s", PodState.Pending, false, false, false, "h", null, null, null, false, null, Now, null);
        PendingEvents.MayExplain(waits with { HasClaims = true }).ShouldBeTrue();
        PendingEvents.MayExplain(waits with { HasClaims = true, PodIssue = new(Reasons.Unschedulable, "waits") }).ShouldBeTrue();
        PendingEvents.MayExplain(waits).ShouldBeFalse("the scheduler says it in the status");
    }

    [Fact]
    public void Only_a_volume_that_another_node_still_has_comes_free_when_a_pod_goes()
    {
        var inUse = Warning("FailedAttachVolume", "Multi-Attach error for volume \"pv\" Volume is already used by pod(s) p0", 5);
        var timeout = Warning("FailedMount", "Unable to attach or mount volumes: unmounted volumes=[media]: timed out", 9);
        var missing = Warning("FailedMount", "MountVolume.SetUp failed for volume \"gone\" : secret \"nowhere\" not found", 7);
        IsInUse(inUse).ShouldBeTrue();
        IsInUse(inUse, timeout).ShouldBeTrue("the kubelet says only that it waits");
        IsInUse(missing).ShouldBeFalse();
        IsInUse(timeout).ShouldBeFalse("what it waits for is not known");
        IsInUse(inUse, missing).ShouldBeFalse("it would lack the Secret all the same");
        IsInUse(inUse, Normal("SuccessfulAttachVolume", 6), timeout).ShouldBeFalse("it has come free");
        IsInUse(Warning("FailedAttachVolume", "AttachVolume.Attach failed: no such volume", 5)).ShouldBeFalse();

        static bool IsInUse(params CoreEvent[] events) => PendingEvents.Explain("p", events)!.IsVolumeInUse;
    }

    private static CoreEvent Normal(string reason, int second) => Warning(reason, "", second) with { Type = "Normal" };

    [Fact]
    public void A_kubelet_that_waits_for_itself_hides_nothing() =>
        PendingEvents.Explain("p", [Warning("FailedMount", "secret \"nowhere\" not found", 5),
            Warning("FailedMount", "failed to sync configmap cache: timed out waiting for the condition", 9)])!
        .Message.ShouldContain("nowhere");

    private static CoreEvent Warning(string reason, string message, int second) => new()
    {
        Type = "Warning",
        Reason = reason,
        Message = message,
        LastTimestamp = Now.AddSeconds(second),
    };
}
