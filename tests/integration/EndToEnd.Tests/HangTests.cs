namespace K8sMediaFlow.EndToEnd.Tests;

/// <summary>Processes that live and do nothing.</summary>
[Trait("Category", "Slow")]
public class HangTests
{
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
    [InlineData("source")]
    [InlineData("sink")]
    public void A_sidecar_that_stands_still_for_a_while_loses_no_frame(string whose)
    {
        using var run = new LocalRun();
        run.Start(Documents.GenerateToSink("Batch", 200, samePod: false, ", --realtime"));
        run.WaitFor(() => run.Flows, "the flow");
        var sidecar = run.Sidecar($"counted-{whose}-0");
        LocalRun.Signal("STOP", sidecar);
        // Longer than the second without a heartbeat after which a link counts as lost whose peer's machine does not answer; this one's
        // does.
        Thread.Sleep(3000);
        LocalRun.Signal("CONT", sidecar);
        run.AwaitExit().ShouldBe(0, run.Log);
        Counts.OfSink(run).ShouldBe(new Counts(200, 0, 0, 0));
        run.Leftovers().ShouldBeEmpty();
    }
}
