using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.EndToEnd.Tests;

/// <summary>The samples beside highlights.yaml run as they stand, and every way of waiting carries frames.</summary>
public class SampleTests
{
    [NeedsFact("ffmpeg")]
    [Trait("Category", "Slow")]
    public void Every_consumer_of_a_broadcast_sees_every_frame()
    {
        using var run = new LocalRun();
        run.Start(Sample("fan-out")).AwaitExit().ShouldBe(0, run.Log);
        run.Log.ShouldContain("generate.video->preview.video (TCP): 200 frames");
        run.Log.ShouldContain("scale.video->archive.video (Local): 100 frames");
        run.Leftovers().ShouldBeEmpty();
    }

    [NeedsFact("ffmpeg")]
    [Trait("Category", "Slow")]
    public void Any_program_that_reads_and_writes_raw_frames_is_a_media_operator()
    {
        using var run = new LocalRun();
        run.Start(Sample("exec-filter")).AwaitExit().ShouldBe(0, run.Log);
        run.Log.ShouldContain("blur.video->sink.video (TCP): 100 frames");
        run.Leftovers().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("Hybrid")]
    [InlineData("Event")]
    [InlineData("Busy")]
    [Trait("Category", "Slow")]
    public void Every_way_of_waiting_carries_frames(string mode)
    {
        using var run = new LocalRun();
        var document = Documents.GenerateToSink("Batch", 100, samePod: false)
            .Replace("  execution:", $"  staging: {{polling: {{mode: {mode}}}}}\n  execution:", StringComparison.Ordinal);
        run.Start(document).AwaitExit().ShouldBe(0, run.Log);
        File.ReadAllText(run.Media("count.json")).ShouldContain("\"frames\": 100");
        run.Leftovers().ShouldBeEmpty();
    }

    private static string Sample(string name) => File.ReadAllText(Path.Combine(Programs.Root, "config", "samples", $"{name}.yaml"));
}
