using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.TestKit;
using Shouldly;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>Processes, pods and nodes die while frames flow.</summary>
public sealed class DeathCases(SharedFlow standing, ITestOutputHelper output) : FlowCase(output), IClassFixture<SharedFlow>
{
    private const string Sidecar = "k8smediaflow-sidecar";

    internal override Flow StandingFlow() => standing.On(Cluster).Take(Print);

    [NeedsTheory("kubernetes", "images", "helm", "root", "faults")]
    [InlineData("analyse", "media-operator analyse")]
    [InlineData("analyse", "k8smediaflow-sidecar")]
    [InlineData("source", "k8smediaflow-sidecar")]
    [InlineData("sink", "k8smediaflow-sidecar")]
    public void A_killed_process_comes_back_and_loses_doubles_and_tears_nothing(string unit, string process)
    {
        var flow = StandingFlow();
        var pod = flow.PodOf(unit);
        flow.Disturb($"{process} of {unit} killed", () => Kill(flow, pod, process));
        flow.ShouldBeWhole(process);
        flow.PodOf(unit).Name.ShouldBe(pod.Name, "the pod stays, its container is started again");
    }

    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void A_deleted_pod_is_replaced_under_another_name_and_nothing_is_lost()
    {
        var flow = StandingFlow();
        var pod = flow.PodOf("analyse");
        flow.Disturb("pod of analyse deleted", () => flow.Replace(pod));
        flow.ShouldBeWhole("pod deleted");
        flow.PodOf("analyse").Name.ShouldNotBe(pod.Name);
    }

    [NeedsFact("kubernetes", "images", "helm", "root", "faults")]
    public void Both_containers_of_a_pod_may_die_in_either_order()
    {
        var flow = StandingFlow();
        var pod = flow.PodOf("analyse");
        // What has been killed before is started again only after a pause, which is the kubelet's and not ours.
        if (pod.Containers.Any(container => container.Restarts > 0))
            flow.Replace(pod);
        pod = flow.PodOf("analyse");
        foreach (var order in new[] { new[] { "media-operator", Sidecar }, [Sidecar, "media-operator"] })
            flow.Disturb($"{string.Join(", then ", order)} killed", () => Kill(flow, pod, order));
        flow.ShouldBeWhole("both killed");
    }

    /// <summary>Returns when they have been started again: what flows before may have been on its way already.</summary>
    private static void Kill(Flow flow, Pod pod, params string[] processes)
    {
        var before = flow.Pods().First(one => one.Uid == pod.Uid);
        foreach (var process in processes)
            NodeProcess.Kill(pod, process);
        var names = processes.Select(process => process == Sidecar ? "sidecar" : pod.Unit);
        Wait.Until($"{string.Join(" and ", names)} started again", () => flow.Pods().First(one => one.Uid == pod.Uid) is var now
            && names.All(name => now.Container(name) is { StartedAt: not null } one && one.Restarts > before.Container(name)!.Restarts),
                flow.Describe);
    }
}
