using System.Diagnostics.Metrics;
using K8sMediaFlow.Sidecar.Metrics;

namespace K8sMediaFlow.Sidecar.Tests.Hosting;

/// <summary>What instruments get of histograms that others count.</summary>
public sealed class CountedHistogramTests : IDisposable
{
    private static readonly double[] _bounds = [1, 2, 4, 8];
    private static readonly SeriesLabels _labels = new(("edge", "a"));

    private readonly Meter _meter = new($"test-{Guid.NewGuid():N}");
    private readonly MeterListener _listener = new();
    private readonly List<double> _recorded = [];
    private readonly CountedHistogram _histogram;

    public CountedHistogramTests()
    {
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter == _meter)
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<double>((_, value, _, _) => _recorded.Add(value));
        _listener.Start();
        _histogram = new CountedHistogram(_meter, "wait", "Waiting.", _bounds);
    }

    public void Dispose()
    {
        _listener.Dispose();
        _meter.Dispose();
    }

    [Fact]
    public void What_is_recorded_has_the_counts_and_the_sum_of_what_was_counted()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        var (counts, sum) = (new long[_bounds.Length + 1], 0.0);
        for (var reading = 0; reading < 200; reading++)
        {
            for (var value = random.Next(20); value > 0; value--)
                Count(random.NextDouble() * 12);
            _histogram.Read(_labels, counts, sum);
            Counted().ShouldBe(counts, $"seed {seed}, reading {reading}");
            _recorded.Sum().ShouldBe(sum, 1e-6 * Math.Max(1, sum), $"seed {seed}, reading {reading}");
        }

        void Count(double value)
        {
            counts[Bucket(value)]++;
            sum += value;
        }
    }

    [Fact]
    public void Counts_that_begin_anew_are_recorded_anew()
    {
        _histogram.Read(_labels, [5, 0, 0, 0, 0], 2.5);
        _histogram.Read(_labels, [2, 1, 0, 0, 0], 2.5);
        Counted().ShouldBe([7, 1, 0, 0, 0]);
        _recorded.Sum().ShouldBe(5, 1e-6);
    }

    [Fact]
    public void Series_are_counted_apart()
    {
        _histogram.Read(_labels, [1, 0, 0, 0, 0], 0.5);
        _histogram.Read(new SeriesLabels(("edge", "b")), [1, 0, 0, 0, 0], 0.5);
        _histogram.Read(_labels, [1, 0, 0, 0, 0], 0.5);
        Counted().ShouldBe([2, 0, 0, 0, 0]);
    }

    [Fact]
    public void A_count_that_cannot_be_is_sampled_with_its_shape()
    {
        _histogram.Read(_labels, [long.MaxValue / 4, 0, long.MaxValue / 2, 0, long.MaxValue / 4], double.MaxValue);
        _recorded.Count.ShouldBeInRange(CountedHistogram.RecordedMax - 3, CountedHistogram.RecordedMax);
        Counted()[2].ShouldBeInRange((CountedHistogram.RecordedMax / 2) - 2, CountedHistogram.RecordedMax / 2);
        // Once: what was sampled is not owed.
        _histogram.Read(_labels, [long.MaxValue / 4, 0, long.MaxValue / 2, 0, long.MaxValue / 4], double.MaxValue);
        _recorded.Count.ShouldBeLessThanOrEqualTo(CountedHistogram.RecordedMax);
    }

    [Theory]
    [InlineData(-5)]
    [InlineData(1e300)]
    public void A_sum_that_cannot_be_moves_no_value_out_of_its_bucket(double sum)
    {
        _histogram.Read(_labels, [1, 1, 1, 1, 0], sum);
        Counted().ShouldBe([1, 1, 1, 1, 0]);
        _histogram.Read(_labels, [2, 1, 1, 1, 0], 1);
        Counted().ShouldBe([2, 1, 1, 1, 0]);
    }

    private long[] Counted()
    {
        var counts = new long[_bounds.Length + 1];
        foreach (var value in _recorded)
            counts[Bucket(value)]++;
        return counts;
    }

    private static int Bucket(double value) => Array.FindIndex(_bounds, bound => value <= bound) is var at and >= 0 ? at : _bounds.Length;
}
