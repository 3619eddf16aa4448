using K8sMediaFlow.Cluster.Tests.Harness;
using K8sMediaFlow.TestKit;
using Shouldly;
using Xunit.Abstractions;

namespace K8sMediaFlow.Cluster.Tests.Cases;

/// <summary>
/// Cases that must fail: a controller with a planted fault is put in the place of the sound one, and the case that is about it must notice.
/// </summary>
public sealed class MutantCases(PlantedController controller, ITestOutputHelper output)
    : InstallingCase(output), IClassFixture<PlantedController>
{
    private readonly ITestOutputHelper _output = output;

    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void Without_plans_the_case_of_an_applied_pipeline_fails() =>
        Noticed("NoPlans", new PipelineCases(_output)
        {
            Cluster =
            Cluster
        }.An_applied_pipeline_becomes_ready_its_frames_cross_nodes_and_its_columns_say_so, secondsMax: 30)
            .ShouldBeOfType<TimeoutException>().Message.ShouldContain("more frames");

    [NeedsFact("kubernetes", "images", "helm", "root")]
    public void Without_replacement_the_case_of_a_deleted_pod_fails()
    {
        using var flow = new SharedFlow();
        Noticed("NoReplacement", new DeathCases(flow,
            _output)
        { Cluster = Cluster }.A_deleted_pod_is_replaced_under_another_name_and_nothing_is_lost, secondsMax: 40,
            () => flow.On(Cluster).Take(Print).ShouldBeWhole("before"))
            .ShouldBeOfType<TimeoutException>().Message.ShouldContain("pod of analyse deleted");
    }

    [NeedsFact("kubernetes", "images", "helm", "root", "faults")]
    public void Without_draining_the_case_of_a_deleted_source_fails() =>
        Noticed("NoDrain", new DrainCases(_output)
        {
            Cluster =
            Cluster
        }.A_source_that_is_deleted_while_its_link_is_cut_brings_what_it_has_sent, secondsMax: 180)
            .ShouldBeOfType<ShouldAssertException>().Message.ShouldMatch("source drained: .*lost [1-9]");

    /// <param name="secondsMax">For how long the case may wait for frames: less where it is known that what it waits for does not
    /// come.</param>
    /// <param name="before">What has to be there before, however long it takes.</param>
    private Exception Noticed(string fault, Action @case, int secondsMax, Action? before = null)
    {
        controller.Plant(Cluster, fault);
        before?.Invoke();
        Cluster.FlowPatienceMax = TimeSpan.FromSeconds(secondsMax);
        try
        {
            var failure = Should.Throw<Exception>(@case);
            Print($"{fault} is noticed: {failure.Message.Split('\n')[0]}");
            return failure;
        }
        finally
        {
            Cluster.FlowPatienceMax = TimeSpan.MaxValue;
        }
    }
}
