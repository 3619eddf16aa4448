using K8sMediaFlow.Native.Libc;

namespace K8sMediaFlow.Native;

/// <summary>The processors that the calling thread may run on.</summary>
public static unsafe class ThreadProcessors
{
    /// <exception cref="NativeException"/>
    public static IReadOnlyList<int> Current()
    {
        var set = new byte[SchedulerCalls.SetBytes];
        Read(set);
        return [.. Enumerable.Range(0, set.Length * 8).Where(one => (set[one / 8] & (1 << (one % 8))) != 0)];
    }

    /// <summary>
    /// Does it on these processors where the thread may run on any of them, and where it is otherwise; then the thread is free again.
    /// </summary>
    public static T RunOn<T>(IReadOnlyList<int> processors, Func<T> work)
    {
        ArgumentNullException.ThrowIfNull(processors);
        ArgumentNullException.ThrowIfNull(work);
        var before = new byte[SchedulerCalls.SetBytes];
        if (processors.Count == 0)
            return work();
        Read(before);
        // Refused where a cpuset leaves none of them: the memory is then as near as the container is.
        _ = TryWrite(SetOf(processors));
        try
        {
            return work();
        }
        finally
        {
            _ = TryWrite(before);
        }
    }

    private static byte[] SetOf(IReadOnlyList<int> processors)
    {
        var set = new byte[SchedulerCalls.SetBytes];
        foreach (var one in processors.Where(one => one >= 0 && one < set.Length * 8))
            set[one / 8] |= (byte)(1 << (one % 8));
        return set;
    }

    private static void Read(byte[] set)
    {
        fixed (byte* pointer = set)
        {
            if (SchedulerCalls.sched_getaffinity(SchedulerCalls.ThisThread, (nuint)set.Length, pointer) < 0)
                throw NativeException.Last("sched_getaffinity");
        }
    }

    private static bool TryWrite(byte[] set)
    {
        fixed (byte* pointer = set)
            return SchedulerCalls.sched_setaffinity(SchedulerCalls.ThisThread, (nuint)set.Length, pointer) == 0;
    }
}
