using System.Runtime.ExceptionServices;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Links.Connection;

/// <summary>A thread of a link: named, never of the pool, joined with a bound.</summary>
internal sealed class LinkThread : ILinkThread
{
    /// <summary>
    /// Who joins a thread has aborted what it may wait for, so this bound is met or there is an error in this room.
    /// </summary>
    private static readonly TimeSpan JoinMax = TimeSpan.FromSeconds(60), JoinStep = TimeSpan.FromSeconds(1);

    /// <summary>A TLS handshake needs the most; what is not touched costs nothing.</summary>
    private const int StackBytes = 512 << 10;

    private readonly Thread _thread;

    private LinkThread(Thread thread) => _thread = thread;

    public static LinkThread Start(string name, Func<ValueTask> run) => new(Run(name, () => Complete(run())));

    /// <summary>
    /// Runs a handshake on a thread that ends with it. What TLS needs of a stack, and the buffers that the pool keeps for a thread (40
    /// KiB), a link's own thread would keep for as long as it lives. It waits as long as the handshake takes: that has a deadline of its
    /// own, which a starved or silent peer may use up.
    /// </summary>
    public static T RunApart<T>(Func<ValueTask<T>> handshake)
    {
        ExceptionDispatchInfo? failure = null;
        T result = default!;
        var thread = Run("link handshake", () =>
        {
            try
            {
                result = Complete(handshake());
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        });
        thread.Join();
        failure?.Throw();
        return result;
    }

    public void Join()
    {
        if (_thread != Thread.CurrentThread)
            AwaitEnd(_thread.Join);
    }

    /// <summary>Waits until it is true, or until the time is over. Who changes the answer pulses the lock.</summary>
    public static bool WaitUntil(Func<bool> isTrue, object gate, TimeSpan timeout)
    {
        var end = MonotonicClock.Nanoseconds + (long)timeout.TotalNanoseconds;
        lock (gate)
        {
            while (!isTrue())
            {
                var left = TimeSpan.FromTicks((end - MonotonicClock.Nanoseconds) / 100);
                if (left <= TimeSpan.Zero || !Monitor.Wait(gate, left))
                    return isTrue();
            }
            return true;
        }
    }

    /// <summary>Waits for what has been aborted; time in which this process did not run does not count.</summary>
    public static void AwaitEnd(Func<TimeSpan, bool> waitFor)
    {
        var patience = new Patience(JoinStep, static () => TimeSpan.Zero);
        while (!waitFor(JoinStep))
            Invariant.That(patience.Look() < JoinMax);
    }

    /// <summary>On a thread every wait is over when the call that waits is back, so that nothing is ever left to come.</summary>
    public static void Complete(ValueTask steps)
    {
        Invariant.That(steps.IsCompleted);
        steps.GetAwaiter().GetResult();
    }

    private static T Complete<T>(ValueTask<T> steps)
    {
        Invariant.That(steps.IsCompleted);
        return steps.GetAwaiter().GetResult();
    }

    private static Thread Run(string name, Action run)
    {
        var thread = new Thread(() => run(), StackBytes) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }
}
