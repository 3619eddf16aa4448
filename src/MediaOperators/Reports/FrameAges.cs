namespace K8sMediaFlow.MediaOperators.Reports;

/// <summary>The ages of the frames that came last, 64 Ki of them at most. Not thread-safe; adding one allocates nothing.</summary>
internal sealed class FrameAges
{
    private readonly float[] _milliseconds = new float[1 << 16];
    private long _count;

    /// <summary>Of all frames that came.</summary>
    public TimeSpan Max { get; private set; }

    public void Add(TimeSpan age)
    {
        Max = age > Max ? age : Max;
        _milliseconds[_count++ % _milliseconds.Length] = (float)age.TotalMilliseconds;
    }

    /// <summary>Milliseconds that this part (0..1) of the ages does not exceed; 0 where none came.</summary>
    public double PercentileMilliseconds(double part)
    {
        var known = (int)Math.Min(_count, _milliseconds.Length);
        if (known == 0)
            return 0;
        var sorted = _milliseconds[..known];
        Array.Sort(sorted);
        return sorted[(int)Math.Ceiling(part * known) - 1];
    }
}
