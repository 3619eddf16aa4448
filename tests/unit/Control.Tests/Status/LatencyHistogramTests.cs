using K8sMediaFlow.Primitives;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Control.Tests.Status;

public class LatencyHistogramTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(4, 4)]
    [InlineData(5, 4)]
    [InlineData(6, 5)]
    [InlineData(1024, 20)]
    [InlineData(1536, 21)]
    [InlineData(long.MaxValue, 125)]
    public void Buckets_are_half_octaves(long nanoseconds, int bucket) => LatencyHistogram.BucketOf(nanoseconds).ShouldBe(bucket);

    [Fact]
    public void A_percentile_is_within_its_bucket_of_the_true_one()
    {
        var random = new Random(Seed.Take(nameof(A_percentile_is_within_its_bucket_of_the_true_one)));
        var latencies = Enumerable.Range(0, 1000).Select(_ => (long)Math.Exp(random.NextDouble() * 20) + 2).Order().ToArray();
        var buckets = new long[LatencyHistogram.BucketCount];
        foreach (var latency in latencies)
            buckets[LatencyHistogram.BucketOf(latency)]++;
        var histogram = new LatencyHistogram(buckets);
        foreach (var part in new[] { 0.5, 0.99 })
        {
            var truth = latencies[(int)Math.Ceiling(part * latencies.Length) - 1];
            histogram.Percentile(part).ShouldBeInRange(truth * 0.75, truth * 1.3);
        }
    }

    [Fact]
    public void Histograms_of_two_pods_add_up_and_a_restart_never_goes_below_zero()
    {
        var one = new LatencyHistogram([1, 2, 3]);
        one.Plus(one).Buckets[2].ShouldBe(6);
        LatencyHistogram.Empty.Since(one).Count.ShouldBe(0);
        LatencyHistogram.Empty.Percentile(0.5).ShouldBe(0);
    }
}
