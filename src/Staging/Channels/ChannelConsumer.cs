using System.Runtime.CompilerServices;
using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Staging.Channels;

/// <summary>The end of a channel that gets frames and gives them back. One thread at a time.</summary>
/// <remarks>
/// Proof: see <see cref="ChannelProducer"/>; here the roles are reversed.
/// <para>Pop: the tail is read with acquire and must be in (head, head + capacity]; the cell is copied to private memory and only the copy
/// is checked and used; then Volatile.Write head + 1, a release: the cell is read before it may be written again.</para>
/// <para>Return: a correct producer has at most <c>capacity</c> tickets out until it has read both entries of each, so of 2 × capacity
/// return cells one is always free and a return never waits. The producer's head is looked at once per round of the ring, only to find out
/// a producer that breaks this.</para>
/// <para>Where the producer may take back (<see cref="ChannelHeader.CanTakeBack"/>), both sides move the head, and a pop is: read the
/// head with acquire, then the tail; copy the cell; exchange the head for head + 1. Only if that succeeds was the cell ours while it was
/// copied: the head only grows, and what lies behind it is not written again. So the copy is checked after the exchange, not before.</para>
/// <para>A consumer killed between cell and position has consumed or returned nothing; after it, everything.</para>
/// </remarks>
public sealed unsafe class ChannelConsumer : ChannelEnd
{
    private ulong _head;
    private ulong _knownTail;
    private ulong _returnTail;
    private ulong _knownReturnHead;

    /// <summary>Bounds the retries against a producer that keeps taking frames back; a waiting caller tries again.</summary>
    private const int TriesMax = 64;

    /// <param name="memory">From <see cref="ChannelFile.Map(MemoryFile)"/>; stays the caller's, who disposes it after the last use of this
    /// object.</param>
    /// <exception cref="StagingException"><see cref="StagingError.BadHeader"/></exception>
    public ChannelConsumer(MappedMemory memory)
        : base(memory) => Counters = new ChannelCounters(memory);

    /// <summary>The edge's figures; this end writes them.</summary>
    public ChannelCounters Counters { get; }

    /// <summary>Takes the next descriptor. Every one, a gap too, is to be returned and done once.</summary>
    /// <returns>False when there is none, or the channel has ended.</returns>
    [SkipLocalsInit]
    public bool TryPop(out FrameDescriptor descriptor)
    {
        Unsafe.SkipInit(out descriptor);
        if (_head == _knownTail && (Header.CanTakeBack || !RefreshTail()))
            return Header.CanTakeBack && TryPopContested(out descriptor);
        if (Violation != ChannelViolation.None)
            return false;
        descriptor = *(FrameDescriptor*)(_base + ChannelLayout.CellsOffset + (((uint)_head & _mask) * FrameDescriptor.SizeBytes));
        if (descriptor.Check(_head + 1) is var violation and not ChannelViolation.None)
            return End(violation);
        if (_tickets.Count == Capacity)
            return End(ChannelViolation.DescriptorTailOutOfRange);
        _head++;
        _tickets.Add(_head);
        // Release: the cell may be written again. Partner: the read of the head in ChannelProducer.TryPush.
        Volatile.Write(ref *(ulong*)(_base + ChannelLayout.DescriptorHeadOffset), _head);
        Failpoint.At("receive");
        return true;
    }

    /// <summary>Whether a descriptor waits to be popped; what a waiter looks at before it sleeps.</summary>
    public bool HasDescriptor => Violation == ChannelViolation.None && (_head != _knownTail
        || Volatile.Read(ref *(ulong*)(_base + ChannelLayout.DescriptorTailOffset))
            != (Header.CanTakeBack ? Volatile.Read(ref *(ulong*)(_base + ChannelLayout.DescriptorHeadOffset)) : _head));

    /// <summary>Gives a frame back. Ring the producer's doorbell afterwards. Never waits.</summary>
    /// <param name="ticket">Of a descriptor that was popped here and is not done.</param>
    /// <param name="kind">Each part once; Done with or after Returned.</param>
    /// <exception cref="InvariantException">The caller holds no such ticket, or says something twice.</exception>
    public void Return(ulong ticket, ReturnKind kind)
    {
        var violation = _tickets.Mark(ticket, kind);
        Invariant.That(violation == ChannelViolation.None);
        if (Violation != ChannelViolation.None)
            return;
        if (Header.CanTakeBack)
            TellHeld();
        if (_returnTail - _knownReturnHead >= (uint)Header.Layout.ReturnCapacity && !RefreshReturnHead())
            return;
        *(ReturnEntry*)(_returnCells + (((uint)_returnTail & _returnMask) * ReturnEntry.SizeBytes)) = new ReturnEntry(ticket, kind);
        _returnTail++;
        Failpoint.At("return");
        // Release: publishes the entry. Partner: the read of the tail in ChannelProducer.TryPopReturn.
        Volatile.Write(ref *(ulong*)(_base + ChannelLayout.ReturnTailOffset), _returnTail);
    }

    /// <summary>Tells the producer whether frames that it sends here get on. Ring its doorbell afterwards.</summary>
    public void SetAway(bool isAway) => Volatile.Write(ref *(uint*)(_base + ChannelLayout.AwayOffset), isAway ? 1u : 0u);

    // What was published is never known in advance here: the tail known stays at the head, and every pop comes this way.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryPopContested(out FrameDescriptor descriptor)
    {
        for (var tries = 0; tries < TriesMax && Violation == ChannelViolation.None && FindNext(); tries++)
        {
            descriptor = *(FrameDescriptor*)(_base + ChannelLayout.CellsOffset + (((uint)_head & _mask) * FrameDescriptor.SizeBytes));
            // Partner: the exchange in ChannelProducer.TakeBack. One of the two gets the cell.
            if (Interlocked.CompareExchange(ref *(ulong*)(_base + ChannelLayout.DescriptorHeadOffset), _head + 1, _head) != _head)
                continue;
            _knownTail = ++_head;
            return Accept(in descriptor);
        }
        descriptor = default;
        return false;
    }

    private bool Accept(in FrameDescriptor descriptor)
    {
        if (descriptor.Check(_head) is var violation and not ChannelViolation.None)
            return End(violation);
        if (_tickets.Count == Capacity)
            return End(ChannelViolation.DescriptorTailOutOfRange);
        _tickets.Add(_head);
        TellHeld();
        return true;
    }

    // The rings do not say it: tickets that were taken back are never returned.
    private void TellHeld() => Volatile.Write(ref *(uint*)(_base + ChannelLayout.HeldOffset), (uint)_tickets.NotReturned);

    /// <summary>Finds where the head is now. False: nothing lies there.</summary>
    private bool FindNext()
    {
        ref var shared = ref *(ulong*)(_base + ChannelLayout.DescriptorHeadOffset);
        var head = Volatile.Read(ref shared);
        var tail = Volatile.Read(ref *(ulong*)(_base + ChannelLayout.DescriptorTailOffset));
        if (head < _head)
            return End(ChannelViolation.DescriptorTailOutOfRange);
        _knownTail = _head = head;
        // A producer may have taken back and published anew between the two reads; then the head has moved.
        if (tail - head > (uint)Capacity && Volatile.Read(ref shared) == head)
            return End(ChannelViolation.DescriptorTailOutOfRange);
        return tail != head;
    }

    private bool RefreshTail()
    {
        // Acquire. Partner: the write of the tail in ChannelProducer.TryPush.
        var tail = Volatile.Read(ref *(ulong*)(_base + ChannelLayout.DescriptorTailOffset));
        if (tail == _head)
            return false;
        if (tail < _head || tail - _head > (uint)Capacity)
            return End(ChannelViolation.DescriptorTailOutOfRange);
        _knownTail = tail;
        return true;
    }

    private bool RefreshReturnHead()
    {
        var head = Volatile.Read(ref *(ulong*)(_base + ChannelLayout.ReturnHeadOffset));
        if (head < _knownReturnHead || head > _returnTail || _returnTail - head >= (uint)Header.Layout.ReturnCapacity)
            return End(ChannelViolation.ReturnHeadOutOfRange);
        _knownReturnHead = head;
        return true;
    }
}
