using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.TestKit;
using K8sMediaFlow.TestKit.Clusters;
using Shouldly;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>What the control plane pays for a pipeline that simply runs.</summary>
public sealed class QuietCases(ITestOutputHelper output) : FlowCase(output)
{
    private static readonly TimeSpan Watched = TimeSpan.FromMinutes(2), StatusPace = TimeSpan.FromSeconds(15);

    [NeedsFact("kubernetes", "images", "helm", "root", "audit")]
    public void While_frames_flow_the_controller_writes_four_statuses_a_minute_at_most_and_nothing_else()
    {
        using var flow = NewFlow().Start();
        Wait.Until("Ready", () => flow.Is("Ready", "True") && flow.Is("TransportReady", "True"), flow.Describe);
        // Readiness is told at once and the figures that belong to it a while later: that is the start, not the flow.
        Thread.Sleep(TimeSpan.FromSeconds(20));
        var (from, before, leader) = (DateTimeOffset.UtcNow, flow.Seen, Leadership.Read(Kubectl));
        Thread.Sleep(Watched);
        // Who takes over looks at everything anew, which is not what is measured: on a machine that lets a leader starve it is watched
        // again.
        for (var again = 0; Leadership.Read(Kubectl) is var now && now != leader && again < 3; again++)
        {
            (from, before, leader) = (DateTimeOffset.UtcNow, flow.Seen, now);
            Thread.Sleep(Watched);
        }
        var until = DateTimeOffset.UtcNow;
        var writes = Cluster.Cluster.Writes()
            .Where(write => IsOurs(write) && write.Namespace == flow.Space && write.At >= from && write.At < until).ToList();
        var statuses = writes.Where(write => write is { Resource: "mediapipelines/status", Name: "flow" }).ToList();
        Print(FormattableString.Invariant(
            $"{statuses.Count} status writes in {Watched.TotalMinutes:0} minutes, {writes.Count - statuses.Count} others; {flow.Seen - before} frames; {flow.Account}, recovery 0.0 s"));
        // The watching itself may have taken longer on a busy machine, and begins anywhere between two writes.
        statuses.Count.ShouldBeLessThanOrEqualTo((int)((until - from) / StatusPace) + 1);
        writes.Except(statuses).ShouldBeEmpty();
        (flow.Seen - before).ShouldBeGreaterThan(500);
        flow.ShouldBeWhole("steady flow");
    }

    // The lease of its own is in another namespace and is the election's, not a pipeline's.
    private static bool IsOurs(AuditedWrite write) => write.UserAgent.StartsWith("k8smediaflow-controller", StringComparison.Ordinal);
}
