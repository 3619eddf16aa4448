using System.Runtime.ExceptionServices;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Links.Connection;

/// <summary>A thread of a link: named, never of the pool, joined with a bound.</summary>
internal sealed class LinkThread
{
    /// <summary>
    /// The thread that joins has aborted what this thread may wait for, so this bound is met or there is an error in this room.
    /// </summary>
    private static readonly TimeSpan JoinMax = TimeSpan.FromSeconds(60);

    /// <summary>A TLS handshake needs the most; what is not touched costs nothing.</summary>
    private const int StackBytes = 512 << 10;

    private readonly Thread _thread;

    private LinkThread(Thread thread) => _thread = thread;

    public static LinkThread Start(string name, Action run)
    {
        var thread = new Thread(() => run(), StackBytes) { IsBackground = true, Name = name };
        thread.Start();
        return new LinkThread(thread);
    }

    /// <summary>
    /// Runs a handshake on a thread that ends with it. What TLS needs of a stack, and the buffers that the pool keeps for a thread (40
    /// KiB), a link's own thread would keep for as long as it lives.
    /// </summary>
    public static T RunApart<T>(Func<T> handshake)
    {
        ExceptionDispatchInfo? failure = null;
        T result = default!;
        Start("link handshake", () =>
        {
            try
            {
                result = handshake();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        }).Join();
        failure?.Throw();
        return result;
    }

    public void Join() => Invariant.That(_thread == Thread.CurrentThread || _thread.Join(JoinMax));
}
