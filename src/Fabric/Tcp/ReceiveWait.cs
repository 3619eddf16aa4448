using System.Diagnostics;

namespace K8sMediaFlow.Fabric.Tcp;

/// <summary>
/// How long one TryReceive goes on. Each blocking call has the whole wait as its timeout (changing it costs a system call), and none is
/// begun after the wait is over: so a call lasts at most twice the wait, however the bytes trickle.
/// </summary>
internal readonly struct ReceiveWait(TimeSpan wait)
{
    // A timeout of less than the kernel's tick would be rounded to zero, which means for ever.
    private static readonly TimeSpan s_least = TimeSpan.FromMilliseconds(1), s_most = TimeSpan.FromHours(1);

    private readonly long _startedTicks = wait > TimeSpan.Zero ? Stopwatch.GetTimestamp() : 0;

    public TimeSpan Whole => wait < s_least ? s_least : wait > s_most ? s_most : wait;

    /// <summary>Zero: look without waiting; positive: wait; negative: it is over.</summary>
    public TimeSpan Next()
    {
        if (wait <= TimeSpan.Zero)
            return TimeSpan.Zero;
        return Stopwatch.GetElapsedTime(_startedTicks) < Whole ? Whole : TimeSpan.FromTicks(-1);
    }
}
