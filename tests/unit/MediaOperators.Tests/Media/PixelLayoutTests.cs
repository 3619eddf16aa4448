using K8sMediaFlow.MediaOperators.Media;

namespace K8sMediaFlow.MediaOperators.Tests.Media;

public class PixelLayoutTests
{
    [Theory]
    [InlineData("yuv420p", 1920, 1080, 3_110_400)]
    [InlineData("yuv420p", 5, 3, 15 + 6 + 6)]
    [InlineData("yuv422p", 64, 48, 64 * 48 * 2)]
    [InlineData("yuv444p", 64, 48, 64 * 48 * 3)]
    [InlineData("nv12", 64, 48, 64 * 48 * 3 / 2)]
    [InlineData("gray", 7, 5, 35)]
    [InlineData("rgb24", 64, 48, 64 * 48 * 3)]
    [InlineData("bgra", 64, 48, 64 * 48 * 4)]
    [InlineData("yuv420p10le", 64, 48, 64 * 48 * 3)]
    public void A_frame_has_as_many_bytes_as_ffmpeg_writes(string format, int width, int height, int bytes) =>
        PixelLayout.Of(format).FrameBytes(width, height).ShouldBe(bytes);

    [Fact]
    public void Planes_follow_one_another()
    {
        var layout = PixelLayout.Of("yuv420p");
        layout.PlaneOffsetBytes(0, 64, 48).ShouldBe(0);
        layout.PlaneOffsetBytes(1, 64, 48).ShouldBe(64 * 48);
        layout.PlaneOffsetBytes(2, 64, 48).ShouldBe(64 * 48 + 32 * 24);
    }

    [Fact]
    public void An_unknown_format_is_named_with_those_that_are_known() =>
        Should.Throw<MediaException>(() => PixelLayout.Of("h264")).Message.ShouldContain("'h264' is not supported; supported: yuv420p");
}
