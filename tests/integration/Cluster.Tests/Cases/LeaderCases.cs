using System.Globalization;
using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.TestKit;
using Shouldly;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>Two controllers, of which one believes too long that it leads.</summary>
public sealed class LeaderCases(ITestOutputHelper output) : DisturbingCase(output)
{
    [NeedsFact("kubernetes", "images", "helm", "root", "faults")]
    public void A_stopped_leader_that_goes_on_after_the_take_over_changes_nothing()
    {
        var flow = StandingFlow();
        Wait.Until("Ready", () => flow.Is("Ready", "True"), flow.Describe);
        var before = Leadership.Read(Kubectl);
        var old = Kubectl.Get("pod", before.Pod, Helm.Space);
        var process = NodeProcess.Of(old.GetProperty("metadata").GetProperty("uid").GetString()!, "k8smediaflow-controller")
            .ShouldHaveSingleItem();
        var address = old.GetProperty("status").GetProperty("podIP").GetString()!;
        var pod = flow.PodOf("analyse");
        DateTimeOffset continued = default;
        flow.Disturb("leader stopped, pod deleted, take-over, leader continued", () =>
        {
            NodeProcess.Signal("STOP", process);
            try
            {
                // Something that the old leader, too, would have to act on.
                Kubectl.Run("delete", "pod", pod.Name, "-n", flow.Space, "--wait=false");
                Wait.Until("another leads", () => Leadership.Read(Kubectl) is var now && now.Holder.Length > 0 && now.Pod != before.Pod,
                    () => $"{Leadership.Read(Kubectl)}");
            }
            finally
            {
                continued = DateTimeOffset.UtcNow;
                NodeProcess.Signal("CONT", process);
            }
        });
        flow.AwaitFrames(250);
        var now = Leadership.Read(Kubectl);
        var late = Cluster.Cluster.Writes().Where(write => write.Source == address && write.At >= continued && write.Code < 400).ToList();
        Print(string.Create(CultureInfo.InvariantCulture,
            $"led by {before.Pod}, then by {now.Pod}; writes of the old leader since: {late.Count}; {flow.Account}"));
        late.ShouldBeEmpty();
        Cluster.Cluster.Writes()
            .ShouldContain(write => write.Source == address && write.At < continued, "its writes are known by its address");
        now.Pod.ShouldNotBe(before.Pod);
        flow.Pods().Count(one => one.Unit == "analyse" && !one.IsEnding).ShouldBe(1);
        Plans(flow).ShouldAllBe(transitions => transitions == now.Transitions, "every sidecar follows the new leader");
        flow.ShouldBeWhole("old leader continued");
    }

    /// <summary>Transitions of the lease in the version of the plan that each sidecar took last.</summary>
    private static List<long> Plans(Flow flow) => [.. flow.Pods().Where(pod => !pod.IsEnding)
        .Select(pod => flow.Kubectl.Run("logs", pod.Name, "-n", flow.Space, "-c", "sidecar").Split('\n')
            .Last(line => line.Contains("follows plan", StringComparison.Ordinal)))
        .Select(line => line[(line.IndexOf("follows plan ", StringComparison.Ordinal) + "follows plan ".Length)..])
        .Select(version => long.Parse(version[..version.IndexOfAny(['.', '-', '/', ':'])], CultureInfo.InvariantCulture))];
}
