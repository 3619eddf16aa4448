using System.Diagnostics;

namespace K8sMediaFlow.Bench.Pipeline;

/// <summary>When pictures reached the encoder, as far as one was told. Thread-safe.</summary>
/// <param name="started">The clock's reading when the work began.</param>
internal sealed class Passages(long started)
{
    private readonly Lock _lock = new();
    private long _count, _atFirst;
    private double _first, _last;

    /// <summary>So many more have passed.</summary>
    public void Count(long more)
    {
        lock (_lock)
            Reach(_count + more);
    }

    /// <summary>So many have passed so far.</summary>
    public void Reach(long count)
    {
        lock (_lock)
        {
            if (count <= _count)
                return;
            var now = Stopwatch.GetElapsedTime(started).TotalSeconds;
            if (_count == 0)
                (_first, _atFirst) = (now, count);
            (_count, _last) = (count, now);
        }
    }

    /// <exception cref="InvalidOperationException">Not every picture passed.</exception>
    public PipelineSample Sample(ChildUsage usage, TreeWeight? weight)
    {
        lock (_lock)
        {
            if (_count < Clip.Frames * 9 / 10)
                throw new InvalidOperationException($"{_count} pictures were seen instead of {Clip.Frames}");
            return new(Stopwatch.GetElapsedTime(started).TotalSeconds, usage.CpuSeconds(), _first, (_count - _atFirst) / (_last - _first),
                weight?.PeakMegabytes);
        }
    }
}
