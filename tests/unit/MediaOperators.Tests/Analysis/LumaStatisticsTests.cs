using K8sMediaFlow.MediaOperators.Analysis;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.MediaOperators.Tests.Analysis;

public class LumaStatisticsTests
{
    [Fact]
    public void The_vectorised_sum_is_the_plain_one()
    {
        var random = new Random(Seed.Take(nameof(The_vectorised_sum_is_the_plain_one)));
        for (var round = 0; round < 200; round++)
        {
            var left = new byte[random.Next(0, 100)];
            var right = new byte[left.Length];
            random.NextBytes(left);
            random.NextBytes(right);
            var plain = left.Zip(right, (a, b) => (long)Math.Abs(a - b)).Sum();
            LumaStatistics.SumOfAbsoluteDifferences(left, right).ShouldBe(plain);
        }
    }

    [Theory]
    [InlineData(0, 255, 1.0)]
    [InlineData(255, 0, 1.0)]
    [InlineData(100, 100, 0.0)]
    [InlineData(0, 51, 0.2)]
    public void Motion_goes_from_nothing_to_black_against_white(byte before, byte after, double score)
    {
        byte[] left = new byte[1000], right = new byte[1000];
        left.AsSpan().Fill(before);
        right.AsSpan().Fill(after);
        LumaStatistics.MotionScore(left, right).ShouldBe(score, 1e-12);
    }

    [Fact]
    public void A_histogram_counts_every_sample_once()
    {
        var samples = Enumerable.Range(0, 256).Select(value => (byte)value).ToArray();
        var bins = new long[LumaStatistics.HistogramBins];
        bins[3] = 99;
        LumaStatistics.Histogram(samples, bins);
        bins.ShouldAllBe(count => count == 4);
    }

    [Fact]
    public void Scenes_with_nothing_in_common_are_a_whole_change_apart_and_sizes_do_not_matter()
    {
        long[] dark = [100, 0, 0], bright = [0, 0, 700], half = [50, 0, 50];
        LumaStatistics.SceneChangeScore(dark, bright).ShouldBe(1, 1e-12);
        LumaStatistics.SceneChangeScore(dark, half).ShouldBe(0.5, 1e-12);
        LumaStatistics.SceneChangeScore(dark, [1, 0, 0]).ShouldBe(0, 1e-12);
    }
}
