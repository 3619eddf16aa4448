using System.Diagnostics;
using System.Globalization;

namespace K8sMediaFlow.Bench.Rdma;

/// <summary>Time, CPU and managed memory of a measured stretch.</summary>
internal readonly struct RdmaMeter
{
    private readonly TimeSpan _usedCpu;
    private readonly long _allocatedBytes, _startedTicks;

    private RdmaMeter(TimeSpan usedCpu, long allocatedBytes, long startedTicks) =>
        (_usedCpu, _allocatedBytes, _startedTicks) = (usedCpu, allocatedBytes, startedTicks);

    public static RdmaMeter Start() =>
        new(Environment.CpuUsage.TotalTime, GC.GetAllocatedBytesForCurrentThread(), Stopwatch.GetTimestamp());

    public RdmaResult Stop(double medianNs)
    {
        var elapsed = Stopwatch.GetElapsedTime(_startedTicks);
        var allocatedBytes = GC.GetAllocatedBytesForCurrentThread() - _allocatedBytes;
        return new RdmaResult(elapsed.TotalNanoseconds, medianNs, (Environment.CpuUsage.TotalTime - _usedCpu).TotalNanoseconds,
            allocatedBytes);
    }
}

/// <summary>What an end says of a measured stretch; the median is that of a round trip, where there were any.</summary>
internal sealed record RdmaResult(double TotalNs, double MedianNs, double CpuNs, double AllocatedBytes)
{
    public string ToLine() => FormattableString.Invariant($"result {TotalNs:F0} {MedianNs:F0} {CpuNs:F0} {AllocatedBytes:F0}");

    public static RdmaResult Parse(string line)
    {
        var words = line.Split(' ');
        if (words is not ["result", _, _, _, _])
            throw new InvalidOperationException($"no result: '{line}'");
        var numbers = words[1..].Select(word => double.Parse(word, CultureInfo.InvariantCulture)).ToArray();
        return new RdmaResult(numbers[0], numbers[1], numbers[2], numbers[3]);
    }
}
