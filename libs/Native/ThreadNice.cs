using K8sMediaFlow.Native.Libc;

namespace K8sMediaFlow.Native;

/// <summary>How much of a busy processor the calling thread asks for.</summary>
public static class ThreadNice
{
    /// <summary>Of two threads on one processor, one that has given way gets a quarter.</summary>
    private const int Given = 5;

    private const int Lowest = 19;

    /// <summary>
    /// The calling thread gives way to others of its process, to its end: asking for more again is a privilege. A machine that refuses it
    /// leaves everything as it is.
    /// </summary>
    public static void GiveWay() =>
        _ = SchedulerCalls.setpriority(SchedulerCalls.OfThread, SchedulerCalls.ThisThread, Math.Min(Lowest, Current + Given));

    /// <summary>The calling thread's nice value: 0 by default, more for one that has given way.</summary>
    public static int Current => SchedulerCalls.getpriority(SchedulerCalls.OfThread, SchedulerCalls.ThisThread);
}
