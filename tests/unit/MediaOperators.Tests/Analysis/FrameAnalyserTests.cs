using K8sMediaFlow.MediaOperators.Analysis;
using K8sMediaFlow.MediaOperators.Media;

namespace K8sMediaFlow.MediaOperators.Tests.Analysis;

public class FrameAnalyserTests
{
    private static VideoShape Shape(string format) => new(64, 48, format, new FrameRate(30, 1));

    [Fact]
    public void The_first_frame_is_compared_with_nothing()
    {
        var analyser = new FrameAnalyser(Shape("yuv420p"));
        analyser.Analyse(1, 5, Grey("yuv420p", 200), 64);
        (analyser.ComparedWith, analyser.MotionScore, analyser.SceneChangeScore).ShouldBe((0UL, 0.0, 0.0));
    }

    [Fact]
    public void A_frame_is_compared_with_the_one_that_this_replica_saw_before()
    {
        var analyser = new FrameAnalyser(Shape("yuv420p"));
        analyser.Analyse(1, 5, Grey("yuv420p", 0), 64);
        analyser.Analyse(1, 7, Grey("yuv420p", 255), 64);
        (analyser.ComparedWith, analyser.MotionScore, analyser.SceneChangeScore).ShouldBe((5UL, 1.0, 1.0));
        analyser.Analyse(1, 9, Grey("yuv420p", 255), 64);
        (analyser.ComparedWith, analyser.MotionScore, analyser.SceneChangeScore).ShouldBe((7UL, 0.0, 0.0));
    }

    [Fact]
    public void A_new_stream_begins_with_nothing_to_compare_with()
    {
        var analyser = new FrameAnalyser(Shape("gray"));
        analyser.Analyse(1, 5, Grey("gray", 0), 64);
        analyser.Analyse(2, 1, Grey("gray", 255), 64);
        (analyser.ComparedWith, analyser.MotionScore).ShouldBe((0UL, 0.0));
    }

    [Theory]
    [InlineData("yuv420p", 1)]
    [InlineData("rgb24", 3)]
    [InlineData("rgba", 4)]
    [InlineData("bgra", 4)]
    public void The_histogram_is_of_luma_in_every_format(string format, int bytesPerPixel)
    {
        var analyser = new FrameAnalyser(Shape(format));
        analyser.Analyse(1, 1, Grey(format, 130), 64 * bytesPerPixel);
        analyser.Histogram[130 >> 2].ShouldBe(64 * 48);
    }

    [Fact]
    public void Ten_bits_count_like_eight()
    {
        var plane = new byte[64 * 48 * 2];
        for (var at = 0; at < plane.Length; at += 2)
            (plane[at], plane[at + 1]) = ((520 & 255), 520 >> 8);
        var analyser = new FrameAnalyser(Shape("yuv420p10le"));
        analyser.Analyse(1, 1, plane, 128);
        analyser.Histogram[130 >> 2].ShouldBe(64 * 48);
    }

    [Fact]
    public void Padding_between_rows_is_not_looked_at()
    {
        var plane = new byte[80 * 48];
        plane.AsSpan().Fill(255);
        for (var y = 0; y < 48; y++)
            plane.AsSpan(y * 80, 64).Clear();
        var analyser = new FrameAnalyser(Shape("gray"));
        analyser.Analyse(1, 1, plane, 80);
        analyser.Histogram[0].ShouldBe(64 * 48);
    }

    [Fact]
    public void A_frame_allocates_nothing()
    {
        var analyser = new FrameAnalyser(Shape("yuv420p"));
        var plane = Grey("yuv420p", 17);
        analyser.Analyse(1, 1, plane, 64);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var sequence = 2UL; sequence < 100; sequence++)
            analyser.Analyse(1, sequence, plane, 64);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    private static byte[] Grey(string format, byte grey)
    {
        var plane = new byte[PixelLayout.Of(format).Planes[0].LengthBytes(64, 48)];
        plane.AsSpan().Fill(grey);
        return plane;
    }
}
