using K8sMediaFlow.Control.Status;

namespace K8sMediaFlow.Cli.Top;

/// <summary>
/// One edge as one sidecar counts it, over all lives of that sidecar: what earlier lives had counted last is kept and added. What a
/// sidecar counted between its last status and its death is not known.
/// </summary>
internal sealed class EdgePart
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(2);
    private readonly Queue<Sample> _samples = new();
    private string _incarnation = "";
    private EdgeStatus? _earlier;
    private EdgeStatus? _latest;
    private Sample _newest;
    private long? _firstMovedNanoseconds;
    private long _lastMovedNanoseconds;

    public EdgeStatus? Latest => _latest;

    /// <summary>Counts since the run began; null before the first status.</summary>
    public EdgeStatus? Total => _latest is null ? null : Sum(_latest, _earlier);

    public double FramesPerSecond => Rate(sample => sample.Frames);

    public double BytesPerSecond => Rate(sample => sample.Bytes);

    /// <summary>From the first status that showed a frame to the last that showed a new one.</summary>
    public double MeanFramesPerSecond => _firstMovedNanoseconds is { } first && _lastMovedNanoseconds > first
        ? Total!.Frames * 1e9 / (_lastMovedNanoseconds - first)
        : 0;

    public void Accept(string incarnation, long monotonicNanoseconds, EdgeStatus status)
    {
        if (incarnation != _incarnation)
        {
            _earlier = Total;
            _incarnation = incarnation;
            _samples.Clear();
        }

        if (status.Frames != (_latest?.Frames ?? 0))
            (_firstMovedNanoseconds, _lastMovedNanoseconds) = (_firstMovedNanoseconds ?? monotonicNanoseconds, monotonicNanoseconds);
        _latest = status;
        _newest = new Sample(monotonicNanoseconds, status.Frames, status.Bytes);
        _samples.Enqueue(_newest);
        while (_samples.Count > 2 && monotonicNanoseconds - _samples.Peek().Nanoseconds > Window.TotalNanoseconds)
            _samples.Dequeue();
    }

    private double Rate(Func<Sample, long> count)
    {
        if (_samples.Count < 2)
            return 0;
        var oldest = _samples.Peek();
        var seconds = (_newest.Nanoseconds - oldest.Nanoseconds) / 1e9;
        return seconds > 0 ? Math.Max(0, count(_newest) - count(oldest)) / seconds : 0;
    }

    private static EdgeStatus Sum(EdgeStatus latest, EdgeStatus? earlier) => earlier is null ? latest : latest with
    {
        Frames = latest.Frames + earlier.Frames,
        Bytes = latest.Bytes + earlier.Bytes,
        Gaps = latest.Gaps + earlier.Gaps,
        Duplicates = latest.Duplicates + earlier.Duplicates,
        Drops = DropCounts.Sum([latest.Drops, earlier.Drops]),
        Latency = latest.Latency.Plus(earlier.Latency),
    };

    private readonly record struct Sample(long Nanoseconds, long Frames, long Bytes);
}
