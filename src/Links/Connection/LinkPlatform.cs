using System.Net.Sockets;
using K8sMediaFlow.Links.Contract;

namespace K8sMediaFlow.Links.Connection;

/// <summary>A thread of a link, or what a simulation runs in its place.</summary>
internal interface ILinkThread
{
    /// <summary>Returns when it has ended. From the thread itself: at once.</summary>
    void Join();
}

/// <summary>
/// What links need of the machine: threads, waits, chance, control connections. Here a wait blocks its thread, and is over when the call is
/// back: nothing is allocated for it, and no continuation runs elsewhere. A simulation derives from it; there one thread runs the same
/// steps of all links one after the other, and a wait is where it goes on with others.
/// </summary>
internal class LinkPlatform
{
    /// <summary>Threads, sockets and clocks of this process.</summary>
    public static LinkPlatform Machine { get; } = new();

    /// <summary>Gives turns to the links of a process.</summary>
    public virtual LinkLoop Loop => LinkLoop.Shared;

    /// <summary>From 0 up to 1.</summary>
    public virtual double Chance => Random.Shared.NextDouble();

    /// <summary>A connection that is about to be dialled.</summary>
    public virtual ControlConnection Dialling(AddressFamily family, TimeSpan writeTimeout) =>
        TlsControlConnection.ForDialling(family, writeTimeout);

    /// <summary>Runs something that takes as long as its link lives.</summary>
    public virtual ILinkThread Start(string name, Func<ValueTask> run) => LinkThread.Start(name, run);

    /// <inheritdoc cref="LinkThread.RunApart"/>
    public virtual ValueTask<T> RunApart<T>(Func<ValueTask<T>> handshake) => new(LinkThread.RunApart(handshake));

    /// <summary>Runs what takes its time, which the caller may not have.</summary>
    public virtual void RunLater<T>(Action<T> action, T state) => ThreadPool.UnsafeQueueUserWorkItem(action, state, preferLocal: false);

    /// <summary>Waits until rung, or until the time is over; takes the ring.</summary>
    public virtual ValueTask Wait(WakeSignal signal, TimeSpan timeout)
    {
        signal.Wait(timeout);
        return default;
    }

    /// <inheritdoc cref="ILinkSource.Wait"/>
    public virtual ValueTask Wait(ILinkSource source, TimeSpan timeout)
    {
        source.Wait(timeout);
        return default;
    }

    /// <summary>The caller has waited for its fabric in vain: here that took the time, in a simulation it takes it now.</summary>
    public virtual ValueTask WaitedFor(object fabricEnd, TimeSpan timeout) => default;

    /// <summary>Waits for the end of what is read without a thread; it is over soon, because its connection is.</summary>
    public virtual ValueTask WaitFor(Task reading)
    {
        reading.Wait();
        return default;
    }

    /// <inheritdoc cref="LinkThread.WaitUntil"/>
    public virtual ValueTask<bool> WaitUntil(Func<bool> isTrue, object gate, TimeSpan timeout) =>
        new(LinkThread.WaitUntil(isTrue, gate, timeout));

    /// <inheritdoc cref="LinkThread.AwaitEnd"/>
    public virtual void AwaitEnd(Func<TimeSpan, bool> waitFor) => LinkThread.AwaitEnd(waitFor);
}
