using System.Diagnostics;
using System.Runtime.InteropServices;

namespace K8sMediaFlow.Bench.Pipeline;

/// <summary>What the processes that this one starts use from now on, with theirs; counted when they have ended.</summary>
internal sealed class ChildUsage
{
    private const int Children = -1;
    private readonly double _before = Seconds();

    public long Started { get; } = Stopwatch.GetTimestamp();

    public static ChildUsage Begin() => new();

    public double CpuSeconds() => Seconds() - _before;

    /// <summary>User and system time: two timevals at the front of struct rusage.</summary>
    private static double Seconds()
    {
        Span<long> usage = stackalloc long[18];
        if (getrusage(Children, ref MemoryMarshal.GetReference(usage)) != 0)
            throw new InvalidOperationException("getrusage failed");
        return usage[0] + usage[2] + (usage[1] + usage[3]) / 1e6;
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int getrusage(int who, ref long usage);
}
