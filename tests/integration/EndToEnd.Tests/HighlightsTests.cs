using System.Text.Json;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.EndToEnd.Tests;

/// <summary>The main job on real video.</summary>
public class HighlightsTests
{
    [NeedsFact("ffmpeg", "ffprobe")]
    [Trait("Category", "Slow")]
    public void The_output_has_exactly_the_inputs_frames_in_order()
    {
        using var run = new LocalRun();
        Clips.H264WithSound(run.Folder, frames: 75);
        run.Start(Documents.Highlights()).AwaitExit().ShouldBe(0, run.Log);

        Clips.CountFrames(run.Media("highlights.mp4")).ShouldBe(75);
        Sequences(run.Media("highlights.json")).ShouldBe(Enumerable.Range(1, 75).Select(n => (ulong)n));
        run.Leftovers().ShouldBeEmpty();
    }

    [NeedsFact("ffmpeg", "ffprobe")]
    [Trait("Category", "Slow")]
    public void Another_size_rate_codec_and_no_sound_are_probed_from_the_input()
    {
        using var run = new LocalRun();
        Clips.Mpeg4AviWithoutSound(run.Folder, frames: 48);
        run.Start(Documents.Highlights(input: "/media/match.avi"), "--probe").AwaitExit().ShouldBe(0, run.Log);

        Clips.CountFrames(run.Media("highlights.mp4")).ShouldBe(48);
        run.Leftovers().ShouldBeEmpty();
    }

    [NeedsFact("ffmpeg")]
    [Trait("Category", "Slow")]
    public void Caps_that_the_input_does_not_keep_fail_and_name_both()
    {
        using var run = new LocalRun();
        Clips.Mpeg4AviWithoutSound(run.Folder);
        run.Start(Documents.Highlights(input: "/media/match.avi")).AwaitExit().ShouldBe(1);
        run.Log.ShouldContain("decode");
        run.Log.ShouldContain("320x180");
        run.Log.ShouldContain("352x288");
        run.Leftovers().ShouldBeEmpty();
    }

    [NeedsFact("ffmpeg")]
    [Trait("Category", "Slow")]
    public void A_missing_file_fails_and_names_the_media_operator_and_the_file()
    {
        using var run = new LocalRun();
        run.Start(Documents.Highlights()).AwaitExit().ShouldBe(1);
        run.Log.ShouldContain("decode");
        run.Log.ShouldContain("match.mp4");
        run.Leftovers().ShouldBeEmpty();
    }

    [NeedsTheory("ffmpeg", "ffprobe")]
    [InlineData("Batch", "avi")]
    [InlineData("Streaming", "mkv")]
    [InlineData("Batch", "ts")]
    [Trait("Category", "Slow")]
    public void A_truncated_video_ends_the_run_with_an_error_and_what_had_arrived_is_usable(string execution, string container)
    {
        using var run = new LocalRun();
        var whole = Clips.Mpeg4WithoutSound(run.Folder, container, frames: 240);
        using (var file = File.OpenWrite(whole))
            file.SetLength((file.Length / 2) | 1);
        run.Start(Documents.Highlights(execution, input: $"/media/match.{container}"), "--probe").AwaitExit().ShouldBe(1, run.Log);
        run.Log.ShouldContain("ended early");
        Clips.CountFrames(run.Media("highlights.mp4")).ShouldBeInRange(1, 239);
        run.Leftovers().ShouldBeEmpty();
    }

    private static IEnumerable<ulong> Sequences(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        return [.. document.RootElement.GetProperty("frames").EnumerateArray().Select(frame => frame.GetProperty("sequence").GetUInt64())];
    }
}
