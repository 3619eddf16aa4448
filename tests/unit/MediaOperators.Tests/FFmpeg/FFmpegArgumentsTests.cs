using K8sMediaFlow.MediaOperators.FFmpeg;
using K8sMediaFlow.MediaOperators.Media;

namespace K8sMediaFlow.MediaOperators.Tests.FFmpeg;

public class FFmpegArgumentsTests
{
    private static readonly VideoShape _video = new(64, 48, "yuv420p", new FrameRate(30000, 1001));
    private static readonly AudioShape _audio = new(48000, 2, "s16le");
    private static readonly FFmpegInput _file = new("a.mp4", "file:a.mp4", IsRegularFile: true);

    [Fact]
    public void One_wanted_stream_goes_to_the_first_frame_descriptor()
    {
        var line = string.Join(' ', FFmpegArguments.Decode(_file, null, _audio, new DecodeOptions(false, [])));
        line.ShouldBe("-nostdin -hide_banner -loglevel error -i file:a.mp4 -map 0:a:0 -c:a pcm_s16le -ar 48000 -ac 2 -f s16le -flush_packets 1 pipe:3");
    }

    [Fact]
    public void Two_wanted_streams_go_to_two_descriptors_and_no_frame_is_added_or_dropped()
    {
        var line = string.Join(' ', FFmpegArguments.Decode(_file, _video, _audio, new DecodeOptions(false, [])));
        line.ShouldContain(
            "-map 0:V:0 -fps_mode passthrough -c:v rawvideo -threads 1 -pix_fmt yuv420p -f rawvideo -flush_packets 1 pipe:3");
        line.ShouldEndWith("pipe:4");
    }

    [Fact]
    public void The_users_own_input_options_stand_before_the_input()
    {
        var line = string.Join(' ', FFmpegArguments.Decode(_file, _video, null, new DecodeOptions(true, ["-ss", "5"])));
        line.ShouldContain("-re -ss 5 -i file:a.mp4");
    }

    [Fact]
    public void Encoding_names_the_muxer_since_the_partial_name_tells_nothing()
    {
        var line = string.Join(' ', FFmpegArguments.Encode(_video, _audio, Options("out.mp4"), "out.mp4.partial"));
        line.ShouldContain("-f rawvideo -pix_fmt yuv420p -video_size 64x48 -framerate 30000/1001 -i pipe:3");
        line.ShouldContain("-f s16le -ar 48000 -ac 2 -i pipe:4");
        line.ShouldContain("-c:v libx264 -preset veryfast");
        line.ShouldEndWith("-map 1:a:0 -c:a aac -movflags +faststart -f mp4 out.mp4.partial");
    }

    [Fact]
    public void Audio_alone_is_the_first_input()
    {
        var line = string.Join(' ', FFmpegArguments.Encode(null, _audio, Options("out.wav"), "out.wav.partial"));
        line.ShouldContain("-i pipe:3 -map 0:a:0 -c:a pcm_s16le");
    }

    [Theory]
    [InlineData("rgb24", true)]
    [InlineData("bgra", true)]
    [InlineData("yuv422p", false)]
    public void Colours_are_converted_to_what_players_take(string format, bool converted)
    {
        var arguments = FFmpegArguments.Encode(_video with { Layout = PixelLayout.Of(format) }, null, Options("out.mkv"),
            "out.mkv.partial");
        arguments.Count(argument => argument == "-pix_fmt").ShouldBe(converted ? 2 : 1);
    }

    [Theory]
    [InlineData("a.MP4", "mp4")]
    [InlineData("folder.mp4/a.mkv", "matroska")]
    [InlineData("rtmp://host/app.mp4", "flv")]
    [InlineData("udp://239.0.0.1:1234", "mpegts")]
    public void The_muxer_follows_from_the_extension_or_the_scheme(string output, string muxer) =>
        OutputFormat.For(output).Muxer.ShouldBe(muxer);

    [Theory]
    [InlineData("a.xyz", "'.xyz'")]
    [InlineData("noextension", "''")]
    [InlineData("gopher://host/a.mp4", "'gopher'")]
    public void An_unknown_container_is_named(string output, string named) =>
        Should.Throw<MediaException>(() => OutputFormat.For(output)).Message.ShouldContain(named);

    private static EncodeOptions Options(string output) => new(OutputFormat.For(output), null, null, "veryfast", []);
}
