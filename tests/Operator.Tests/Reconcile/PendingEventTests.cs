using K8sMediaFlow.Kubernetes.Objects;
using K8sMediaFlow.Operator.Reconcile;

namespace K8sMediaFlow.Operator.Tests.Reconcile;

public class PendingEventTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void The_newest_warning_about_a_pod_that_hangs_explains_it() => PendingEvents.Explain("p", [Warning("FailedMount", "no secret", 9), Warning("FailedCreatePodSandBox", "no network", 5)])
        .ShouldBe(new Trouble(Reasons.VolumeUnavailable, "pod p: no secret"));

    [Fact]
    public void What_the_scheduler_said_is_over_once_a_pod_has_its_node()
    {
        PendingEvents.Explain("p", [Warning("FailedScheduling", "0/2 nodes are available", 9)]).ShouldBeNull();
        PendingEvents.Explain("p", [Warning("FailedCreatePodSandBox", "no network", 5), Warning("FailedScheduling", "0/2 nodes are available", 9)])!.Reason.ShouldBe(Reasons.PodsPending);
    }

    private static CoreEvent Warning(string reason, string message, int second) => new() { Type = "Warning", Reason = reason, Message = message, LastTimestamp = Now.AddSeconds(second) };
}
