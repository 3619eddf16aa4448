using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Validation;
using static K8sMediaFlow.Pipelines.Tests.Graph.Graphs;

namespace K8sMediaFlow.Pipelines.Tests.Graph;

public sealed class CapsTests
{
    [Theory]
    // Figures of: ffmpeg -f rawvideo -pix_fmt FORMAT -s 5x3 -i /dev/zero -frames:v 1 -f rawvideo - | wc -c
    [InlineData("yuv420p", 1920, 1080, 3_110_400)]
    [InlineData("yuv420p", 5, 3, 27)]
    [InlineData("nv12", 5, 3, 27)]
    [InlineData("yuv422p", 5, 3, 33)]
    [InlineData("yuv444p", 5, 3, 45)]
    [InlineData("gray", 5, 3, 15)]
    [InlineData("rgb24", 5, 3, 45)]
    [InlineData("rgba", 5, 3, 60)]
    [InlineData("bgra", 5, 3, 60)]
    [InlineData("yuv420p10le", 5, 3, 54)]
    public void A_frame_has_the_bytes_that_ffmpeg_gives_it(string format, int width, int height, long bytes) =>
        new VideoCaps(width, height, format, new Rational(25, 1)).FrameBytes.ShouldBe(bytes);

    [Fact]
    public void Planes_lie_one_behind_the_other() =>
        new VideoCaps(5, 3, "yuv420p", new Rational(25, 1)).Planes.ShouldBe([new(0, 5, 3), new(15, 3, 2), new(21, 3, 2)]);

    [Fact]
    public void An_audio_frame_has_1024_samples_per_channel() => Audio.FrameBytes.ShouldBe(4096);

    [Theory]
    [InlineData("30", 30, 1)]
    [InlineData("30000/1001", 30000, 1001)]
    public void A_rate_is_exact(string text, int numerator, int denominator)
    {
        Rational.TryParse(text, out var rate).ShouldBeTrue();
        rate.ShouldBe(new Rational(numerator, denominator));
        rate.ToString().ShouldBe(text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("29.97")]
    [InlineData("30/0")]
    [InlineData("-30")]
    [InlineData("1/2/3")]
    [InlineData("99999999999")]
    [InlineData(" 30")]
    public void What_is_no_exact_rate_is_refused(string text) => Rational.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    public void Caps_flow_along_the_edges()
    {
        var index = new GraphIndex(Highlights());
        new CapsFlow(index).Output(new PortRef("overlay", "video")).ShouldBe(Video);
        new CapsFlow(index).Arriving(new PortRef("encode", "audio")).ShouldBe(Audio);
    }

    [Fact]
    public void Declared_caps_that_fit_are_accepted_however_the_rate_is_written() => GraphRules.Check(Highlights()
        .WithOperator(2, node => node with { Inputs = [new("video", new(Video.Video! with { FrameRate = new Rational(60, 2) }))] }))
            .ShouldBeEmpty();

    [Fact]
    public void Declared_caps_that_do_not_fit_are_refused() => GraphRulesTests.Refused(Highlights()
        .WithOperator(2, node => node with { Inputs = [new("video", new(Video.Video! with { Width = 640 }))] }),
        GraphReason.CapsMismatch, "spec.operators[2].inputs[0].caps", "edge analyse.video->overlay.video brings 1920x1080");

    [Fact]
    public void Sound_does_not_fit_where_a_picture_is_expected() => GraphRulesTests.Refused(Highlights()
        .WithOperator(3, node => node with { Inputs = [new("video"), new("audio", Video)] }), GraphReason.CapsMismatch,
            "spec.operators[3].inputs[1].caps", "48000 Hz");

    [Fact]
    public void A_source_must_declare_its_caps() => GraphRulesTests.Refused(Highlights()
        .WithOperator(0, node => node with { Outputs = [new("video"), new("audio", Audio)] }), GraphReason.CapsUnknown,
            "spec.operators[0].outputs[0].caps", "decode.video");

    [Fact]
    public void An_output_of_a_join_must_declare_caps_unless_an_input_has_its_name() => GraphRulesTests.Refused(Highlights()
        .WithOperator(3, node => node with { Outputs = [new("video"), new("mixed")] }), GraphReason.CapsUnknown,
            "spec.operators[3].outputs[1].caps", "2 inputs");

    [Theory]
    [InlineData(0, 1080, "yuv420p", "video.width")]
    [InlineData(1920, -1, "yuv420p", "video.height")]
    [InlineData(1920, 1080, "yuv", "video.format")]
    [InlineData(40000, 40000, "rgba", "video")]
    public void Caps_that_nobody_can_have_are_refused(int width, int height, string format, string field) =>
        GraphRulesTests.Refused(Highlights()
        .WithOperator(0, node => node with
        {
            Outputs = [new("video", new(new VideoCaps(width, height, format, new Rational(30, 1)))), new("audio", Audio)],
        }),
        GraphReason.BadCaps, $"spec.operators[0].outputs[0].caps.{field}", "decode.video");

    [Fact]
    public void Caps_of_both_kinds_or_none_are_refused()
    {
        CapsRules.Check(new MediaCaps()).ShouldHaveSingleItem();
        CapsRules.Check(new MediaCaps(Video.Video, Audio.Audio)).ShouldHaveSingleItem();
    }
}
