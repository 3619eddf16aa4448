using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.TestKit;
using Shouldly;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>Cases that must fail: a controller with a planted fault is put in the place of the sound one, and the case that is about it must notice.</summary>
public sealed class MutantCases(TwoNodes cluster, ITestOutputHelper output) : FlowCase(cluster, output)
{
    private const string Variable = "K8SMEDIAFLOW_PLANTED_FAULT";
    private readonly ITestOutputHelper _output = output;

    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void Without_plans_the_case_of_an_applied_pipeline_fails() =>
        Planted("NoPlans", new PipelineCases(Cluster, _output).An_applied_pipeline_becomes_ready_its_frames_cross_nodes_and_its_columns_say_so).ShouldBeOfType<TimeoutException>().Message.ShouldContain("more frames");

    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void Without_replacement_the_case_of_a_deleted_pod_fails() =>
        Planted("NoReplacement", new DeathCases(Cluster, _output).A_deleted_pod_is_replaced_under_another_name_and_nothing_is_lost).ShouldBeOfType<TimeoutException>().Message.ShouldContain("pod of analyse deleted");

    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void Without_draining_the_case_of_a_deleted_source_fails() =>
        Planted("NoDrain", new DrainCases(Cluster, _output).A_source_that_is_deleted_while_its_link_is_cut_brings_what_it_has_sent, secondsMax: 180).ShouldBeOfType<ShouldAssertException>().Message.ShouldMatch("source drained: .*lost [1-9]");

    /// <param name="secondsMax">For how long the case may wait: less where it is known that what it waits for does not come.</param>
    private Exception Planted(string fault, Action @case, int secondsMax = 60)
    {
        try
        {
            Plant($"{Variable}={fault}");
            Flow.PatienceMax = TimeSpan.FromSeconds(secondsMax);
            var failure = Should.Throw<Exception>(@case);
            Print($"{fault} is noticed: {failure.Message.Split('\n')[0]}");
            return failure;
        }
        finally
        {
            Flow.PatienceMax = TimeSpan.MaxValue;
            Plant($"{Variable}-");
        }
    }

    private void Plant(string change)
    {
        Kubectl.Run("set", "env", $"deployment/{Helm.Release}", "-n", Helm.Space, change);
        Wait.Until("the controllers are others", () => Kubectl.Try(null, "rollout", "status", $"deployment/{Helm.Release}", "-n", Helm.Space, "--timeout=20s").ExitCode == 0, seconds: 120);
        var pods = Kubectl.Run("get", "pods", "-n", Helm.Space, "-l", "app.kubernetes.io/component=controller", "-o", "jsonpath={range .items[?(@.status.phase==\"Running\")]}{.metadata.deletionTimestamp}/{.metadata.name} {end}");
        Wait.Until("one of them leads", () => pods.Contains($" /{Leadership.Read(Kubectl).Pod} ", StringComparison.Ordinal) || pods.StartsWith($"/{Leadership.Read(Kubectl).Pod} ", StringComparison.Ordinal), () => $"{pods}; {Leadership.Read(Kubectl)}");
    }
}
