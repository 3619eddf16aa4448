using K8sMediaFlow.EndToEnd.Tests.Pods;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.EndToEnd.Tests;

/// <summary>Processes that live and do nothing.</summary>
[Trait("Category", "Slow")]
public class HangTests
{
    /// <summary>So many that some are still to come when the first fifty are seen, on a slow machine too.</summary>
    private const int Frames = 300;

    [Fact]
    public void A_media_operator_that_hangs_ends_a_batch_run_and_its_edge_is_named()
    {
        using var run = new LocalRun();
        run.Start(Documents.GenerateToSink("Batch", 100000, samePod: false, ", --realtime"), "--stall-seconds", "4");
        run.WaitFor(() => run.Flows, "the flow");
        LocalRun.Signal("STOP", run.Processes("media-operator sink")[0]);
        run.AwaitExit().ShouldBe(1, run.Log);
        run.Log.ShouldContain("nothing has moved for 4 s");
        run.Log.ShouldContain("source.video->sink.video");
        run.Leftovers().ShouldBeEmpty();
    }

    [Theory]
    [InlineData(PodLine.Source)]
    [InlineData(PodLine.Sink)]
    public async Task A_sidecar_that_stands_still_for_a_while_loses_neither_its_link_nor_a_frame(string whose)
    {
        using var line = new PodLine(Execution.Batch);
        string[] pods = [PodLine.Source, PodLine.Sink];
        var sidecars = pods.ToDictionary(pod => pod, pod => line.StartSidecar(pod));
        await line.PushAsync();
        var source = line.StartOperator(PodLine.Source, "--frames", $"{Frames}", "--realtime");
        var sink = line.StartOperator(PodLine.Sink, "--verify", "--count-file", line.CountFile);
        await line.FlowsAsync();
        sidecars[whose].Signal("STOP");
        // Longer than the second without a heartbeat after which a link counts as lost whose peer's machine does not answer; this one's
        // does.
        await Task.Delay(3000);
        (source.HasExited, sink.HasExited).ShouldBe((false, false), "all had passed before it stood still");
        sidecars[whose].Signal("CONT");
        foreach (var process in new[] { source, sink })
            process.AwaitExit().ShouldBe(0, string.Join('\n', process.Lines));
        var counts = Counts.OfPort(line.CountFile, "video");
        (counts.Frames, counts.Faults).ShouldBe((Frames, 0));
        // The sidecars live on: what their links have lost is counted to the end.
        foreach (var pod in pods)
            PodLine.Number((await line.GetAsync(pod, "/metrics")).Text, "k8smediaflow_link_losses_total")
                .ShouldBe(0, string.Join('\n', sidecars[pod].Lines));
    }
}
