using System.Text.Json;
using K8sMediaFlow.Cli.Inspect;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Cli.Tests.Inspect;

public class TapTests
{
    [Fact]
    public void A_frame_that_passes_is_copied_with_its_envelope_and_metadata()
    {
        using var watched = new WatchedChannel();
        watched.Send(luma: 200);
        var frame = TappedFrame.TryCopy(watched.Channel, 1).ShouldNotBeNull();
        FrameText.Text(frame).ShouldBe(
            "analyse.video->overlay.video analyse-0 to overlay-0: stream abc sequence 1 video 6x4 gray at 0.040 s, payload 32 bytes\n" +
            "  score = 0.5\n  label = goal\n  histogram = 1 2");
        var json = JsonDocument.Parse(FrameText.Json(frame)).RootElement;
        json.GetProperty("edge").GetString().ShouldBe("analyse.video->overlay.video");
        json.GetProperty("sequence").GetInt64().ShouldBe(1);
        json.GetProperty("metadata").GetProperty("histogram").GetArrayLength().ShouldBe(2);
    }

    [Fact]
    public void The_times_of_a_frame_are_shown_as_its_source_has_them()
    {
        using var watched = new WatchedChannel
        {
            Timing = new() { BaseNumerator = 1, BaseDenominator = 90_000, PresentationTicks = 3600, DurationTicks = 3003 },
        };
        watched.Send(luma: 200);
        var frame = TappedFrame.TryCopy(watched.Channel, 1).ShouldNotBeNull();
        FrameText.Text(frame).ShouldContain("gray at 0.040 s (3600 ticks of 1/90000 s), payload 32 bytes");
        var json = JsonDocument.Parse(FrameText.Json(frame)).RootElement;
        (json.GetProperty("presentationTicks").GetInt64(), json.GetProperty("durationTicks").GetInt64()).ShouldBe((3600L, 3003L));
        json.GetProperty("timeBase").GetString().ShouldBe("1/90000");
    }

    [Fact]
    public void A_frame_whose_blocks_were_taken_back_is_none()
    {
        using var watched = new WatchedChannel();
        watched.Send(luma: 1);
        watched.Recycle();
        TappedFrame.TryCopy(watched.Channel, 1).ShouldBeNull();
        watched.Send(luma: 2);
        TappedFrame.TryCopy(watched.Channel, 1).ShouldBeNull();
        TappedFrame.TryCopy(watched.Channel, 2).ShouldNotBeNull();
    }

    [Fact]
    public void What_was_not_sent_is_not_seen()
    {
        using var watched = new WatchedChannel();
        TappedFrame.TryCopy(watched.Channel, 0).ShouldBeNull();
        TappedFrame.TryCopy(watched.Channel, 1).ShouldBeNull();
    }

    [Fact]
    public void A_frame_of_a_region_that_the_observer_was_not_shown_is_none()
    {
        using var watched = new WatchedChannel();
        watched.Channel.Regions.Set(0, null);
        watched.Send(luma: 1);
        TappedFrame.TryCopy(watched.Channel, 1).ShouldBeNull();
    }

    [NeedsFact("ffmpeg")]
    public async Task A_picture_is_written_without_what_stands_behind_its_rows()
    {
        using var watched = new WatchedChannel();
        watched.Send(luma: 200);
        var folder = Directory.CreateTempSubdirectory("kmf-").FullName;
        try
        {
            var path = await FramePicture.WriteAsync(TappedFrame.TryCopy(watched.Channel, 1)!, folder, CancellationToken.None);
            Path.GetFileName(path).ShouldBe("analyse.video-to-overlay.video-00000001.png");
            var png = File.ReadAllBytes(path);
            // Width and height stand at 16 in a PNG, most significant byte first.
            (png[19], png[23]).ShouldBe(((byte)WatchedChannel.Width, (byte)WatchedChannel.Height));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_regions_bitmap_shows_what_is_taken()
    {
        using var watched = new WatchedChannel();
        watched.Send(luma: 1);
        watched.Region.Bitmap(watched.Region.Reader.Layout.Classes[0]).Count(block => block == '#').ShouldBe(2);
        watched.Recycle();
        watched.Region.Bitmap(watched.Region.Reader.Layout.Classes[0]).ShouldBe("........");
    }
}
