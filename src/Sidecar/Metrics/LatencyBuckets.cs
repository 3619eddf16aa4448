using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Sidecar.Metrics;

/// <summary>
/// The buckets of latencies as collectors see them: by octave of nanoseconds, from 2 µs to 17 s. What is faster is in the first.
/// </summary>
internal static class LatencyBuckets
{
    private const int OctaveFirst = 10, OctaveLast = 33;

    /// <summary>Upper bounds, in seconds.</summary>
    public static readonly double[] Bounds = [.. Enumerable.Range(OctaveFirst, OctaveLast - OctaveFirst + 1)
        .Select(octave => Math.Pow(2, octave + 1) / 1e9)];

    /// <summary>
    /// Counts by half octaves, as channels and links keep them (see <see cref="Control.Status.LatencyHistogram"/>), for each bound and for
    /// what lies above the last.
    /// </summary>
    public static long[] OfHalfOctaves(ReadOnlySpan<long> halves)
    {
        var counts = new long[Bounds.Length + 1];
        for (var half = 0; half < halves.Length; half++)
            counts[Bucket(half / 2)] += halves[half];
        return counts;
    }

    /// <summary>The same, of counts by octaves.</summary>
    public static long[] OfOctaves(ReadOnlySpan<long> octaves)
    {
        var counts = new long[Bounds.Length + 1];
        for (var octave = 0; octave < octaves.Length; octave++)
            counts[Bucket(octave)] += octaves[octave];
        return counts;
    }

    private static int Bucket(int octave) => Math.Clamp(octave - OctaveFirst, 0, Bounds.Length);
}
