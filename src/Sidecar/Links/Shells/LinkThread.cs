using K8sMediaFlow.Native;

namespace K8sMediaFlow.Sidecar.Links.Shells;

/// <summary>A thread of a link: named, never of the pool, joined with a bound.</summary>
internal sealed class LinkThread
{
    /// <summary>Whoever joins has aborted what the thread may wait for, so this bound is met or there is an error in this room.</summary>
    private static readonly TimeSpan JoinMax = TimeSpan.FromSeconds(60);

    private readonly Thread _thread;

    private LinkThread(Thread thread) => _thread = thread;

    public static LinkThread Start(string name, Action run)
    {
        var thread = new Thread(() => run()) { IsBackground = true, Name = name };
        thread.Start();
        return new LinkThread(thread);
    }

    public void Join() => Invariant.That(_thread == Thread.CurrentThread || _thread.Join(JoinMax));
}
