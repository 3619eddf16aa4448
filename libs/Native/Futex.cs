using System.Runtime.InteropServices;
using K8sMediaFlow.Native.Libc;

namespace K8sMediaFlow.Native;

public enum FutexWait
{
    /// <summary>Woken, or for no reason at all (a signal): the caller looks again either way.</summary>
    Woken,

    /// <summary>The word was not the expected value, so there was no sleep.</summary>
    Changed,

    TimedOut,
}

/// <summary>Sleep on a 32-bit word in shared memory, across processes.</summary>
public static unsafe class Futex
{
    private const long NanosecondsPerTick = 100;

    /// <summary>Sleeps while the word is <paramref name="expected"/>, for <paramref name="timeout"/> at most.</summary>
    public static FutexWait Wait(uint* word, uint expected, TimeSpan timeout)
    {
        var limit = new EventCalls.timespec
        {
            tv_sec = timeout.Ticks / TimeSpan.TicksPerSecond,
            tv_nsec = timeout.Ticks % TimeSpan.TicksPerSecond * NanosecondsPerTick,
        };
        if (EventCalls.futex(EventCalls.SYS_futex, word, EventCalls.FUTEX_WAIT, expected, &limit, 0, 0) == 0)
            return FutexWait.Woken;
        return Marshal.GetLastPInvokeError() switch
        {
            Errno.EAGAIN => FutexWait.Changed,
            Errno.EINTR => FutexWait.Woken,
            Errno.ETIMEDOUT => FutexWait.TimedOut,
            var errno => throw new NativeException("futex(FUTEX_WAIT)", errno),
        };
    }

    /// <summary>Wakes all that sleep on the word; says how many there were.</summary>
    public static int WakeAll(uint* word)
    {
        var woken = EventCalls.futex(EventCalls.SYS_futex, word, EventCalls.FUTEX_WAKE, int.MaxValue, null, 0, 0);
        return woken >= 0 ? (int)woken : throw NativeException.Last("futex(FUTEX_WAKE)");
    }
}
