using System.Runtime.ExceptionServices;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Links.Connection;

/// <summary>A thread of a link: named, never of the pool, joined with a bound.</summary>
internal sealed class LinkThread
{
    /// <summary>
    /// Who joins a thread has aborted what it may wait for, so this bound is met or there is an error in this room.
    /// </summary>
    private static readonly TimeSpan JoinMax = TimeSpan.FromSeconds(60), JoinStep = TimeSpan.FromSeconds(1);

    /// <summary>A TLS handshake needs the most; what is not touched costs nothing.</summary>
    private const int StackBytes = 512 << 10;

    private readonly Thread _thread;

    private LinkThread(Thread thread) => _thread = thread;

    public static LinkThread Start(string name, Action run) => new(Run(name, run));

    /// <summary>
    /// Runs a handshake on a thread that ends with it. What TLS needs of a stack, and the buffers that the pool keeps for a thread (40
    /// KiB), a link's own thread would keep for as long as it lives. It waits as long as the handshake takes: that has a deadline of its
    /// own, which a starved or silent peer may use up.
    /// </summary>
    public static T RunApart<T>(Func<T> handshake)
    {
        ExceptionDispatchInfo? failure = null;
        T result = default!;
        var thread = Run("link handshake", () =>
        {
            try
            {
                result = handshake();
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

    /// <summary>Waits for what has been aborted; time in which this process did not run does not count.</summary>
    public static void AwaitEnd(Func<TimeSpan, bool> waitFor)
    {
        var patience = new Patience(JoinStep, static () => TimeSpan.Zero);
        while (!waitFor(JoinStep))
            Invariant.That(patience.Look() < JoinMax);
    }

    private static Thread Run(string name, Action run)
    {
        var thread = new Thread(() => run(), StackBytes) { IsBackground = true, Name = name };
        thread.Start();
        return thread;
    }
}
