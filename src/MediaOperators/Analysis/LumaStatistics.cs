using System.Runtime.Intrinsics;

namespace K8sMediaFlow.MediaOperators.Analysis;

/// <summary>The arithmetic of the analyser over rows of 8-bit luma.</summary>
internal static class LumaStatistics
{
    public const int HistogramBins = 64;

    private const int BinShift = 2;

    /// <summary>Mean absolute difference of two equally long grids, from 0 (the same) to 1 (black against white).</summary>
    public static double MotionScore(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        if (left.Length != right.Length)
            throw new ArgumentException($"grids of {left.Length} and {right.Length} samples cannot be compared");
        return left.Length == 0 ? 0 : SumOfAbsoluteDifferences(left, right) / (255.0 * left.Length);
    }

    public static long SumOfAbsoluteDifferences(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right)
    {
        var sum = 0L;
        var at = 0;
        for (; at <= left.Length - Vector128<byte>.Count; at += Vector128<byte>.Count)
            sum += SumOfAbsoluteDifferences(Vector128.Create(left[at..]), Vector128.Create(right[at..]));
        for (; at < left.Length; at++)
            sum += Math.Abs(left[at] - right[at]);
        return sum;
    }

    /// <summary>Counts samples into <see cref="HistogramBins"/> bins of equal width; the bins are overwritten.</summary>
    public static void Histogram(ReadOnlySpan<byte> samples, Span<long> bins)
    {
        bins.Clear();
        foreach (var sample in samples)
            bins[sample >> BinShift]++;
    }

    /// <summary>
    /// How much of one histogram would have to move to make the other, from 0 (the same) to 1 (nothing in common). A cut
    /// changes it at once, an object that moves through the picture hardly.
    /// </summary>
    public static double SceneChangeScore(ReadOnlySpan<long> left, ReadOnlySpan<long> right)
    {
        double leftTotal = Math.Max(1, Sum(left)), rightTotal = Math.Max(1, Sum(right));
        var distance = 0.0;
        for (var bin = 0; bin < left.Length; bin++)
            distance += Math.Abs(left[bin] / leftTotal - right[bin] / rightTotal);
        return distance / 2;
    }

    // |a - b| of unsigned bytes is max - min; 16 of them widen to 16 bits without overflow.
    private static long SumOfAbsoluteDifferences(Vector128<byte> left, Vector128<byte> right)
    {
        var difference = Vector128.Max(left, right) - Vector128.Min(left, right);
        var (low, high) = Vector128.Widen(difference);
        return Vector128.Sum(low + high);
    }

    private static long Sum(ReadOnlySpan<long> bins)
    {
        var sum = 0L;
        foreach (var count in bins)
            sum += count;
        return sum;
    }
}
