using System.Runtime.CompilerServices;
using K8sMediaFlow.Native;

namespace K8sMediaFlow.Staging.Channels;

/// <summary>Wakes a peer, if it sleeps. Any thread; never waits.</summary>
/// <remarks>The proof that no wake-up is lost is at <see cref="DoorbellWaiter"/>.</remarks>
public sealed unsafe class DoorbellNotifier
{
    private readonly uint* _sequence;
    private readonly uint* _mark;
    private readonly EventDescriptor? _event;

    /// <param name="memory">The peer's doorbell, from <see cref="Doorbell.Map"/>; stays the caller's.</param>
    /// <param name="signal">Where the peer waits by epoll (the sidecar does); null where it sleeps on the futex word. Stays the
    /// caller's.</param>
    public DoorbellNotifier(MappedMemory memory, EventDescriptor? signal = null)
    {
        _sequence = (uint*)(memory.Pointer + Doorbell.SequenceOffset);
        _mark = (uint*)(memory.Pointer + Doorbell.MarkOffset);
        _event = signal;
    }

    /// <summary>To be called after something was published that the peer may be waiting for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Ring()
    {
        // Full fence: a waiter whose mark we do not see sees the publication before it. Partner: the fence in DoorbellWaiter.PrepareSleep.
        Interlocked.MemoryBarrier();
        if (Volatile.Read(ref *_mark) != 0)
            Wake();
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private void Wake()
    {
        // Of several ringers one gets the mark, and that one wakes.
        if (Interlocked.Exchange(ref *_mark, 0) == 0)
            return;
        if (_event is not null)
        {
            _event.Signal();
            return;
        }
        Interlocked.Increment(ref *_sequence);
        _ = Futex.WakeAll(_sequence);
    }
}
