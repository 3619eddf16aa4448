using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Staging.Channels;

/// <summary>The side of a doorbell that sleeps. Several threads may wait on the futex kind; one at a time on the epoll kind.</summary>
/// <remarks>
/// Use: spin over what you wait for; <c>var prepared = PrepareSleep();</c> look at all of it once more; nothing there:
/// <c>Sleep(prepared, timeout)</c>; look again. <see cref="DoorbellWait"/> does it in one loop.
/// <para>Proof that no wake-up is lost. Waiter: (W1) s := sequence, (W2) mark := 1, (W3) full fence, (W4) look, (W5) sleep while sequence =
/// s. Ringer: (R1) publish, (R2) full fence, (R3) read mark, (R4) exchange mark for 0, (R5) if that was 1: sequence += 1, wake all. The two
/// full fences are totally ordered. If R2 comes first, W4 sees what R1 published and there is no sleep. If W3 comes first, R3 sees the mark
/// of W2, or a 0 that some ringer's R4 wrote after W2. That ringer's exchange read 1, so its R5 comes after W2 and hence after W1: either
/// W5 finds sequence ≠ s and does not sleep, or it sleeps already and is woken. With an eventfd, R5 writes it instead: an edge that stays
/// until epoll has reported it.</para>
/// <para>Only ringers clear the mark. A waiter that finds something at W4, or whose time runs out, leaves it: clearing it could take away
/// the mark of another waiting thread. It costs one needless wake at the next ring.</para>
/// <para>A ringer killed between R4 and R5 takes a wake-up with it. Therefore every sleep is bounded by 200 ms,
/// and by 1 s in the sidecar, who hears of every death by itself. Sequence and mark are in memory that every peer can
/// write: at worst a peer makes this waiter late by that much, or keeps it awake.</para>
/// </remarks>
public sealed unsafe class DoorbellWaiter : IDisposable
{
    private const int TagsMax = 64;

    private readonly uint* _sequence;
    private readonly uint* _mark;
    private readonly EventPoll? _poll;
    private readonly EventDescriptor? _own;
    private int _polling;

    private DoorbellWaiter(MappedMemory memory, WaitPolicy policy, bool byPoll)
    {
        _sequence = (uint*)(memory.Pointer + Doorbell.SequenceOffset);
        _mark = (uint*)(memory.Pointer + Doorbell.MarkOffset);
        Policy = policy;
        if (!byPoll)
            return;
        _poll = new EventPoll();
        _own = EventDescriptor.Create();
        _poll.Add(_own.Descriptor, 0);
    }

    public WaitPolicy Policy { get; }

    /// <summary>Sleeps on the futex word: a media operator's way.</summary>
    /// <param name="memory">From <see cref="Doorbell.Map"/>; stays the caller's, who disposes it after the last use of this object.</param>
    public static DoorbellWaiter ByFutex(MappedMemory memory, WaitPolicy policy) => new(memory, policy, byPoll: false);

    /// <summary>Sleeps by epoll over one eventfd per peer: the sidecar's way. No peer can make it, or be made by it, to block.</summary>
    /// <inheritdoc cref="ByFutex"/>
    public static DoorbellWaiter ByPoll(MappedMemory memory, WaitPolicy policy) => new(memory, policy, byPoll: true);

    /// <summary>Makes an eventfd for one peer, to be handed to it with the doorbell; <see cref="RemovePeer"/> ends it.</summary>
    public EventDescriptor AddPeer()
    {
        Invariant.That(_poll is not null);
        var signal = EventDescriptor.Create();
        _poll.Add(signal.Descriptor, 1);
        return signal;
    }

    /// <summary>
    /// The peer is gone, or it should be: its eventfd wakes this waiter no more, even if the peer keeps it. Closing alone would leave it in
    /// the set until then.
    /// </summary>
    public void RemovePeer(EventDescriptor signal)
    {
        Invariant.That(_poll is not null);
        _poll.Remove(signal.Descriptor);
        signal.Dispose();
    }

    /// <summary>
    /// From here on the set hears of this doorbell: for one thread that sleeps on several. Its rings are taken by
    /// <see cref="TakeSignals"/>.
    /// </summary>
    public void JoinTo(EventPoll set, ulong tag) => set.Add(_poll!.Descriptor, tag);

    /// <summary>The set hears of this doorbell no more.</summary>
    public void LeaveFrom(EventPoll set) => set.Remove(_poll!.Descriptor);

    /// <summary>Takes the rings that have come; before the announcement of the next sleep.</summary>
    public void TakeSignals()
    {
        Span<ulong> tags = stackalloc ulong[TagsMax];
        while (_poll!.Wait(tags, 0) == TagsMax)
        {
        }
    }

    /// <summary>
    /// Announces a sleep. Look at everything once more afterwards, then <see cref="Sleep"/> or go on with what you found.
    /// </summary>
    /// <returns>What <see cref="Sleep"/> wants.</returns>
    public uint PrepareSleep()
    {
        var sequence = Volatile.Read(ref *_sequence);
        // An exchange is the store and the full fence in one. Partner: the fence in DoorbellNotifier.Ring.
        Interlocked.Exchange(ref *_mark, 1);
        return sequence;
    }

    /// <summary>
    /// Sleeps until rung or woken, at most 200 ms (by epoll 1 s); may return for no reason. The caller looks again in any case.
    /// </summary>
    /// <returns>False when time ran out, true otherwise; a figure for tests and metrics, not something to decide by.</returns>
    public bool Sleep(uint prepared, TimeSpan timeout)
    {
        var longest = _poll is null ? Doorbell.SleepMax : Doorbell.PollMax;
        var limit = timeout < longest ? timeout : longest;
        if (limit <= TimeSpan.Zero)
            return false;
        return _poll is null ? Futex.Wait(_sequence, prepared, limit) != FutexWait.TimedOut : SleepInPoll(limit);
    }

    /// <summary>Begins a wait: see <see cref="DoorbellWait"/>.</summary>
    /// <param name="timeout">Of the whole wait; negative or <see cref="Timeout.InfiniteTimeSpan"/>: no limit (the loop still looks every
    /// 200 ms).</param>
    public DoorbellWait Begin(TimeSpan timeout) => new(this, timeout);

    /// <summary>
    /// Wakes this waiter's threads from within the process: for a stop, a cancellation, something that no ring announces.
    /// </summary>
    public void Wake()
    {
        Interlocked.Increment(ref *_sequence);
        _ = Futex.WakeAll(_sequence);
        _own?.Signal();
    }

    public void Dispose()
    {
        _poll?.Dispose();
        _own?.Dispose();
    }

    private bool SleepInPoll(TimeSpan limit)
    {
        // An edge goes to one thread only; a second one would sleep through it.
        Invariant.That(Interlocked.Exchange(ref _polling, 1) == 0);
        Span<ulong> tags = stackalloc ulong[TagsMax];
        var rung = _poll!.Wait(tags, Math.Max(1, (int)limit.TotalMilliseconds));
        Volatile.Write(ref _polling, 0);
        return rung > 0;
    }
}
