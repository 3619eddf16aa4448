using System.Diagnostics;
using System.Text;
using K8sMediaFlow.Cli.Run.Preparation;
using K8sMediaFlow.Cli.Run.Processes;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Validation;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Cli.Tests.Runs;

public class ProbeTests
{
    [Fact]
    public void Size_and_rate_are_the_first_videos_and_a_cover_picture_is_none()
    {
        var media = Parse("""
            {"codec_type": "video", "width": 500, "height": 500, "r_frame_rate": "90000/1", "avg_frame_rate": "0/0", "disposition": {"attached_pic": 1}},
            {"codec_type": "audio", "sample_rate": "44100", "channels": 1},
            {"codec_type": "video", "width": 640, "height": 360, "r_frame_rate": "30000/1001", "avg_frame_rate": "30000/1001"}
            """);
        media.ShouldBe(new InputMedia(new InputPicture(640, 360, new Rational(30000, 1001)), new InputSound(44100, 1)));
    }

    [Fact]
    public void A_variable_rate_is_taken_as_its_average()
        => Parse("""{"codec_type": "video", "width": 6, "height": 4, "r_frame_rate": "120/1", "avg_frame_rate": "24/1"}""")
            .Picture!.FrameRate.ShouldBe(new Rational(24, 1));

    [Fact]
    public void A_picture_that_players_turn_has_its_sides_swapped()
    {
        var media = Parse(
            """{"codec_type": "video", "width": 640, "height": 360, "r_frame_rate": "25/1", "avg_frame_rate": "25/1", "side_data_list": [{"rotation": -90}]}""");
        (media.Picture!.Width, media.Picture.Height).ShouldBe((360, 640));
    }

    [Fact]
    public void An_input_with_neither_picture_nor_sound_is_refused()
        => Should.Throw<RunException>(() => Parse("""{"codec_type": "subtitle"}"""))
            .Message.ShouldBe("clip: there is neither video nor sound in it");

    [Fact]
    public void Sound_alone_is_enough_for_a_pipeline_of_sound_and_leaves_the_picture_out_of_one_that_has_both()
    {
        var sound = Parse("""{"codec_type": "audio", "sample_rate": "44100", "channels": 1}""");
        sound.ShouldBe(new InputMedia(null, new InputSound(44100, 1)));
        var both = Graph();
        ProbedCaps.Apply(both, both.Operators[0], sound).Edges.Single().Name.ShouldBe("decode.audio->encode.audio");
        var soundOnly = SoundOnly();
        var only = ProbedCaps.Apply(soundOnly, soundOnly.Operators[0], sound);
        only.Operators[0].Outputs.Single().Caps!.Audio!.SampleRate.ShouldBe(44100);
        GraphRules.Check(only).ShouldBeEmpty();
    }

    [Fact]
    public void Without_sound_its_port_its_edge_and_its_input_are_left_out()
    {
        var graph = Graph();
        var probed = ProbedCaps.Apply(graph, graph.Operators[0], new InputMedia(new InputPicture(320, 240, new Rational(25, 1)), null));
        probed.Operators[0].Outputs.Single().Caps.ShouldBe(new MediaCaps(Video: new VideoCaps(320, 240, "yuv420p", new Rational(25, 1))));
        probed.Operators[1].Inputs.Single().Name.ShouldBe("video");
        probed.Edges.Single().Name.ShouldBe("decode.video->encode.video");
        GraphRules.Check(probed).ShouldBeEmpty();
    }

    [Fact]
    public void A_media_operator_that_takes_only_sound_cannot_do_without()
    {
        var graph = SoundOnly(Graph().Operators[0]);
        Should.Throw<RunException>(() => ProbedCaps.Apply(graph, graph.Operators[0],
            new InputMedia(new InputPicture(320, 240, new Rational(25, 1)), null)))
            .Message.ShouldBe("the input has no sound, and 'encode' takes nothing else");
    }

    [Theory]
    [InlineData("-take:2.mp4", "file:-take:2.mp4")]
    [InlineData("take:2.mp4", "file:take:2.mp4")]
    [InlineData("http:match.mp4", "file:http:match.mp4")]
    [InlineData("clips/match.mp4", "file:clips/match.mp4")]
    [InlineData("/media/match.mp4", "file:/media/match.mp4")]
    [InlineData("rtsp://camera/live", "rtsp://camera/live")]
    public void The_name_of_a_file_is_no_option_and_no_protocol(string input, string url) => InputProbe.Url(input).ShouldBe(url);

    [NeedsFact("ffmpeg", "ffprobe")]
    public async Task A_real_clip_without_sound_is_read_whatever_its_name()
    {
        // In the tests' own folder: only a name without a path needs the prefix.
        var clip = $"-clip:{Guid.NewGuid():N}.avi";
        try
        {
            using var ffmpeg = Process.Start("ffmpeg",
                ["-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=352x288:rate=25:duration=0.4", "-c:v", "mpeg4",
                "file:" + clip]);
            await ffmpeg.WaitForExitAsync(new CancellationTokenSource(Hang.Bound).Token);
            var graph = Graph(clip);
            var probed = await InputProbe.ApplyAsync(graph, CancellationToken.None);
            probed.Operators[0].Outputs.Single()
                .Caps.ShouldBe(new MediaCaps(Video: new VideoCaps(352, 288, "yuv420p", new Rational(25, 1))));
            File.WriteAllText(clip, "this is no video");
            (await Should.ThrowAsync<RunException>(InputProbe.ApplyAsync(graph, CancellationToken.None)))
                .Message.ShouldStartWith($"{clip}: ffprobe cannot read it: ");
            File.Delete(clip);
            (await Should.ThrowAsync<RunException>(InputProbe.ApplyAsync(graph, CancellationToken.None)))
                .Message.ShouldBe($"there is no file '{clip}'");
        }
        finally
        {
            File.Delete(clip);
        }
    }

    private static PipelineGraph SoundOnly(MediaOperatorNode? source = null)
    {
        var graph = Graph();
        source ??= graph.Operators[0] with { Outputs = [graph.Operators[0].Outputs[1]] };
        return graph with { Operators = [source, graph.Operators[1] with { Inputs = [new InputPort("audio")] }], Edges = [graph.Edges[1]] };
    }

    private static InputMedia Parse(string streams) => InputMedia.Parse("clip", Encoding.UTF8.GetBytes($$"""{"streams": [{{streams}}]}"""));

    private static PipelineGraph Graph(string input = "clip.mp4") => new()
    {
        Name = "highlights",
        Operators =
        [
            new MediaOperatorNode
            {
                Name = "decode",
                Image = "k8smediaflow/media-operators:0.1.0",
                Args = ["decode", "--input", input],
                Outputs =
                [
                    new OutputPort("video", new MediaCaps(Video: new VideoCaps(1920, 1080, "yuv420p", new Rational(30, 1)))),
                    new OutputPort("audio", new MediaCaps(Audio: new AudioCaps(48000, 2, "s16le"))),
                ],
            },
            new MediaOperatorNode
            {
                Name = "encode",
                Image = "k8smediaflow/media-operators:0.1.0",
                Inputs = [new InputPort("video"), new InputPort("audio")],
            },
        ],
        Edges =
        [
            new GraphEdge(new PortRef("decode", "video"), new PortRef("encode", "video")),
            new GraphEdge(new PortRef("decode", "audio"), new PortRef("encode", "audio")),
        ],
    };
}
