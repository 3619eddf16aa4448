using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.EndToEnd.Tests;

/// <summary>
/// Any process of a running pipeline may die by SIGKILL at any moment: it goes on or ends with a clear error, tears nothing, leaves
/// nothing.
/// </summary>
public class KillTests
{
    [NeedsFact("ffmpeg")]
    [Trait("Category", "Slow")]
    public void A_killed_media_operator_of_a_batch_run_ends_it_and_is_named()
    {
        using var run = new LocalRun();
        run.Start(Documents.GenerateToSink("Batch", 100000, samePod: true, ", --realtime"));
        run.WaitFor(() => run.Processes("media-operator sink").Count > 0 && run.Flows, "the flow");
        LocalRun.Kill(run.Processes("media-operator sink")[0]);
        run.AwaitExit().ShouldBe(1, run.Log);
        run.Log.ShouldContain("sink");
        run.Log.ShouldContain("signal 9");
        run.Leftovers().ShouldBeEmpty();
    }

    [NeedsFact("ffmpeg", "ffprobe")]
    [Trait("Category", "Slow")]
    public void A_killed_ffmpeg_ends_the_run_at_once_its_media_operator_is_named_and_what_was_read_is_usable()
    {
        using var run = new LocalRun();
        Clips.H264WithSound(run.Folder, frames: 500);
        run.Start(Documents.Highlights(realtime: true));
        // Of pictures: sound has an ffmpeg of its own.
        run.WaitFor(() => run.Processes("match.mp4").Any(pid => IsFfmpeg(pid)) && run.FlowsOn("decode.video"), "the flow");
        LocalRun.Kill(run.Processes("match.mp4").First(IsFfmpeg));
        run.AwaitExit().ShouldBe(1, run.Log);
        run.Log.ShouldContain("decode");
        run.Log.ShouldContain("signal 9");
        // The other port's ffmpeg would have gone on to the end.
        Clips.CountFrames(run.Media("highlights.mp4")).ShouldBeInRange(1, 499);
        run.Leftovers().ShouldBeEmpty();
    }

    [NeedsFact("ffmpeg")]
    [Trait("Category", "Slow")]
    public void A_killed_Cli_leaves_no_process_no_memory_and_no_socket()
    {
        using var run = new LocalRun();
        run.Start(Documents.GenerateToSink("Batch", 100000, samePod: false, ", --realtime"));
        run.WaitFor(() => run.Flows, "the flow");
        LocalRun.Kill(run.Pid);
        run.Leftovers().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("one", true)]
    [InlineData("source", false)]
    [InlineData("sink", false)]
    [Trait("Category", "Slow")]
    public void A_killed_sidecar_comes_back_and_every_frame_arrives_once_in_order(string whose, bool samePod)
    {
        using var run = new LocalRun();
        run.Start(Documents.GenerateToSink("Batch", 400, samePod, ", --realtime"));
        run.WaitFor(() => run.Flows, "the flow");
        var sidecars = run.Processes("k8smediaflow-sidecar");
        sidecars.Count.ShouldBe(samePod ? 1 : 2);
        LocalRun.Kill(samePod ? sidecars[0] : run.Sidecar($"counted-{whose}-0"));
        run.AwaitExit().ShouldBe(0, run.Log);
        Counts.OfSink(run).ShouldBe(new Counts(400, 0, 0, 0));
        run.Leftovers().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("decode-0")]
    [InlineData("studio-0")]
    [Trait("Category", "Slow")]
    public void A_killed_sidecar_of_a_pipeline_that_forks_and_forwards_loses_and_doubles_nothing(string pod)
    {
        using var run = new LocalRun();
        Clips.H264WithSound(run.Folder, frames: 250);
        run.Start(Documents.Highlights(realtime: true));
        run.WaitFor(() => run.Flows, "the flow");
        LocalRun.Kill(run.Sidecar($"highlights-{pod}"));
        run.AwaitExit().ShouldBe(0, run.Log);
        Clips.CountFrames(run.Media("highlights.mp4")).ShouldBe(250);
        run.Leftovers().ShouldBeEmpty();
    }

    [NeedsTheory("ffmpeg", "ffprobe")]
    [InlineData("analyse", 250)]
    [InlineData("overlay", 250)]
    [InlineData("encode", 1)]
    [Trait("Category", "Slow")]
    public void A_killed_media_operator_of_a_streaming_run_comes_back_and_the_run_ends_well(string verb, int framesMin)
    {
        using var run = new LocalRun();
        Clips.H264WithSound(run.Folder, frames: 250);
        run.Start(Documents.Highlights("Streaming", realtime: true), "--stall-seconds", "30");
        run.WaitFor(() => run.Processes($"media-operator {verb}").Count > 0 && run.Flows, "the flow");
        LocalRun.Kill(run.Processes($"media-operator {verb}")[0]);
        run.AwaitExit().ShouldBe(0, run.Log);
        // What the killed encoder had written is gone with its file; what it was not done with is in the next one's.
        Clips.CountFrames(run.Media("highlights.mp4")).ShouldBeInRange(framesMin, 250, run.Log);
        var counts = Counts.OfPort(run.Media("highlights.json"), "video");
        (counts.Disorder, counts.Torn).ShouldBe((0, 0), run.Log);
        run.Leftovers().ShouldBeEmpty();
    }

    [NeedsTheory("ffmpeg", "ffprobe")]
    [InlineData("media-operator decode")]
    [InlineData("match.mp4")]
    [Trait("Category", "Slow")]
    public void A_killed_source_of_a_streaming_run_begins_again_as_a_new_stream_and_the_run_ends_well(string victim)
    {
        using var run = new LocalRun();
        Clips.H264WithSound(run.Folder, frames: 250);
        run.Start(Documents.Highlights("Streaming", realtime: true), "--stall-seconds", "30");
        run.WaitFor(() => run.Processes(victim).Count > 0 && run.Flows, "the flow");
        // The ffmpeg that decodes, where there is one: the media operator's command line names the file too.
        LocalRun.Kill(run.Processes(victim).OrderByDescending(IsFfmpeg).First());
        run.AwaitExit().ShouldBe(0, run.Log);
        Clips.CountFrames(run.Media("highlights.mp4")).ShouldBeInRange(250, 500, run.Log);
        var counts = Counts.OfPort(run.Media("highlights.json"), "video");
        (counts.Disorder, counts.Torn).ShouldBe((0, 0), run.Log);
        run.Leftovers().ShouldBeEmpty();
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void A_killed_sink_of_a_streaming_run_comes_back_and_the_flow_goes_on()
    {
        using var run = new LocalRun();
        run.Start(Documents.GenerateToSink("Streaming", 400, samePod: false, ", --realtime"));
        run.WaitFor(() => run.Flows, "the flow");
        LocalRun.Kill(run.Processes("media-operator sink")[0]);
        run.AwaitExit().ShouldBe(0, run.Log);
        var counts = Counts.OfSink(run);
        // The second life of the sink counts what it got: everything that the first had not returned, and all that came later.
        counts.Frames.ShouldBeInRange(1, 400);
        (counts.Disorder, counts.Torn).ShouldBe((0, 0));
        run.Leftovers().ShouldBeEmpty();
    }

    [Fact]
    [Trait("Category", "Slow")]
    public void Frames_of_a_verified_source_arrive_once_and_in_order_over_both_ways()
    {
        foreach (var samePod in new[] { true, false })
        {
            using var run = new LocalRun();
            run.Start(Documents.GenerateToSink("Batch", 500, samePod)).AwaitExit().ShouldBe(0, run.Log);
            Counts.OfSink(run).ShouldBe(new Counts(500, 0, 0, 0));
            run.Leftovers().ShouldBeEmpty();
        }
    }

    private static bool IsFfmpeg(int pid) => File.ReadAllText($"/proc/{pid}/comm").Trim() == "ffmpeg";
}
