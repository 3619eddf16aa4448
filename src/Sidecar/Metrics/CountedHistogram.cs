using System.Diagnostics.Metrics;

namespace K8sMediaFlow.Sidecar.Metrics;

/// <summary>
/// A histogram that others count, by buckets. OpenTelemetry takes no counts, so what has come since the last reading is recorded one by
/// one: each within its bucket, and all of them such that their sum is the one that was counted.
/// </summary>
/// <remarks>
/// Any process of the pod may count, and its counts may be false. So one reading records at most <see cref="RecordedMax"/>: of more, a
/// sample with the same shape. Not thread-safe.
/// </remarks>
internal sealed class CountedHistogram
{
    /// <summary>Some 15 ms of work.</summary>
    public const int RecordedMax = 100_000;

    private readonly Histogram<double> _instrument;
    private readonly double[] _bounds;
    private readonly Dictionary<string, Seen> _seen = [];

    /// <param name="meter">Whose instrument it is.</param>
    /// <param name="name">Of the instrument.</param>
    /// <param name="help">What it says.</param>
    /// <param name="bounds">Upper bounds of the buckets, ascending.</param>
    public CountedHistogram(Meter meter, string name, string help, double[] bounds)
    {
        _bounds = bounds;
        _instrument = meter.CreateHistogram(name, unit: null, help, tags: null, new InstrumentAdvice<double>
        {
            HistogramBucketBoundaries = bounds,
        });
    }

    private sealed record Seen(long[] Counts)
    {
        public double Sum { get; set; }
    }

    /// <summary>Takes the counts as they are now.</summary>
    /// <param name="labels">Of the series.</param>
    /// <param name="counts">One for each bound, and one for what lies above the last. Where one went down, all are counted anew from
    /// zero.</param>
    /// <param name="sum">Of all values.</param>
    public void Read(SeriesLabels labels, ReadOnlySpan<long> counts, double sum)
    {
        if (!_seen.TryGetValue(labels.Key, out var seen))
            _seen[labels.Key] = seen = new Seen(new long[_bounds.Length + 1]);
        Span<long> fresh = stackalloc long[counts.Length];
        if (!TrySubtract(counts, seen.Counts, fresh))
        {
            seen.Counts.AsSpan().Clear();
            seen.Sum = 0;
            counts.CopyTo(fresh);
        }
        counts.CopyTo(seen.Counts);
        seen.Sum += Record(labels, fresh, sum - seen.Sum);
    }

    private static bool TrySubtract(ReadOnlySpan<long> counts, ReadOnlySpan<long> seen, Span<long> fresh)
    {
        for (var bucket = 0; bucket < counts.Length; bucket++)
        {
            if (counts[bucket] < seen[bucket])
                return false;
            fresh[bucket] = counts[bucket] - seen[bucket];
        }
        return true;
    }

    /// <summary>Returns the sum that these represent.</summary>
    private double Record(SeriesLabels labels, Span<long> fresh, double sum)
    {
        var share = Thin(fresh);
        var placed = Place(fresh, sum * share, out var part, out var top);
        for (var bucket = 0; bucket < fresh.Length; bucket++)
        {
            var value = bucket == _bounds.Length ? top : Lower(bucket) + (part * Width(bucket));
            for (var count = fresh[bucket]; count > 0; count--)
                _instrument.Record(value, labels.Tags);
        }
        return share < 1 ? sum : placed;
    }

    /// <summary>Where there are too many, leaves some of each bucket. Returns the part that is left.</summary>
    private static double Thin(Span<long> fresh)
    {
        var (all, left) = (0.0, 0.0);
        foreach (var count in fresh)
            all += count;
        if (all <= RecordedMax)
            return 1;
        foreach (ref var count in fresh)
            left += count = (long)(count * (RecordedMax / all));
        return left / all;
    }

    /// <summary>
    /// How far into its bucket each value lies (0 to 1), such that the sum is right; what lies above the last bound takes what is left of
    /// it.
    /// </summary>
    private double Place(ReadOnlySpan<long> fresh, double sum, out double part, out double top)
    {
        var (least, width, above) = (0.0, 0.0, fresh[^1]);
        for (var bucket = 0; bucket < _bounds.Length; bucket++)
        {
            least += fresh[bucket] * Lower(bucket);
            width += fresh[bucket] * Width(bucket);
        }
        top = Math.BitIncrement(_bounds[^1]);
        var between = sum - least - (above * top);
        // An upper bound belongs to its bucket, a lower one does not.
        part = width > 0 ? Math.Clamp(between / width, 1e-9, 1) : 0;
        if (above > 0)
            top = Math.Max(top, top + ((between - (part * width)) / above));
        return least + (part * width) + (above * top);
    }

    private double Lower(int bucket) => bucket == 0 ? 0 : _bounds[bucket - 1];

    private double Width(int bucket) => _bounds[bucket] - Lower(bucket);
}
