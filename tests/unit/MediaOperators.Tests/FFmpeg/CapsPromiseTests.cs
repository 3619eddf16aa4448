using System.Text;
using K8sMediaFlow.MediaOperators.FFmpeg;
using K8sMediaFlow.MediaOperators.Media;

namespace K8sMediaFlow.MediaOperators.Tests.FFmpeg;

public class CapsPromiseTests
{
    private const string Probed = """
        {"streams": [
          {"codec_type": "video", "width": 300, "height": 300, "disposition": {"attached_pic": 1}},
          {"codec_type": "audio", "sample_rate": "44100", "channels": 1},
          {"codec_type": "video", "width": 640, "height": 480, "r_frame_rate": "50/1", "avg_frame_rate": "25/1", "nb_frames": "250",
           "disposition": {"attached_pic": 0}},
          {"codec_type": "data"}]}
        """;

    private static readonly ProbedMedia _media = ProbedMedia.Parse(Encoding.UTF8.GetBytes(Probed));

    [Fact]
    public void The_first_video_that_is_no_cover_art_and_the_first_audio_are_found()
    {
        _media.Video.ShouldNotBeNull();
        (_media.Video.Width, _media.Video.Height, _media.Video.FrameCount).ShouldBe((640, 480, 250L));
        _media.Audio.ShouldBe(new ProbedAudio(44100, 1));
    }

    [Theory]
    [InlineData(25)]
    [InlineData(50)]
    public void Either_rate_that_the_input_states_keeps_the_promise(int rate) =>
        CapsPromise.Check("a.avi", "video", new VideoShape(640, 480, "yuv420p", new FrameRate(rate, 1)), _media.Video);

    [Fact]
    public void A_turned_picture_is_as_wide_as_it_is_shown()
    {
        var media = ProbedMedia.Parse(Encoding.UTF8.GetBytes(
            """{"streams": [{"codec_type": "video", "width": 1920, "height": 1080, "side_data_list": [{"rotation": -90}]}]}"""));
        (media.Video!.Width, media.Video.Height).ShouldBe((1080, 1920));
    }

    [Fact]
    public void A_different_size_names_both()
    {
        var declared = new VideoShape(1920, 1080, "yuv420p", new FrameRate(30, 1));
        Should.Throw<MediaException>(() => CapsPromise.Check("a.avi", "video", declared, _media.Video)).Message.ShouldBe(
            "input 'a.avi' has video of 640x480 at 50 or 25 frames/s, but port 'video' declares 1920x1080 at 30 frames/s");
    }

    [Fact]
    public void A_different_sample_rate_names_both() =>
        Should.Throw<MediaException>(() => CapsPromise.Check("a.avi", "audio", new AudioShape(48000, 2, "s16le"), _media.Audio))
            .Message.ShouldBe(
            "input 'a.avi' has audio of 44100 Hz with 1 channels, but port 'audio' declares 48000 Hz with 2 channels");

    [Fact]
    public void A_missing_stream_names_what_was_declared()
    {
        var nothing = ProbedMedia.Parse("{}"u8.ToArray());
        Should.Throw<MediaException>(() => CapsPromise.Check("a.avi", "audio", new AudioShape(48000, 2, "s16le"), nothing.Audio))
            .Message.ShouldContain("has no audio, but port 'audio' declares 48000 Hz, 2 channels, s16le");
        Should.Throw<MediaException>(() => CapsPromise.Check("a.mp3", "video", new VideoShape(64, 48, "gray", new FrameRate(5, 1)),
            nothing.Video))
            .Message.ShouldContain("has no video, but port 'video' declares 64x48 gray at 5 frames/s");
    }

    [Fact]
    public void A_missing_file_and_a_folder_are_refused_by_name()
    {
        Should.Throw<MediaException>(() => FFmpegInput.Parse("/no/such/file.mp4"))
            .Message.ShouldBe("input '/no/such/file.mp4' does not exist");
        Should.Throw<MediaException>(() => FFmpegInput.Parse(Path.GetTempPath())).Message.ShouldContain("is a folder");
        FFmpegInput.Parse("rtsp://camera/1").IsRegularFile.ShouldBeFalse();
    }
}
