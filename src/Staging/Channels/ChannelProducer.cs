using System.Runtime.CompilerServices;
using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Staging.Channels;

/// <summary>The end of a channel that sends frames and gets them back. One thread at a time.</summary>
/// <remarks>
/// Proof. Each ring has one writer and one reader, and two positions that only grow, each written by one side.
/// <para>Push: (1) write cell tail mod capacity; (2) Volatile.Write tail + 1, a release whose partner is the consumer's Volatile.Read of
/// the tail, so a consumer that sees the position sees the cell. A producer killed between (1) and (2) has published nothing; killed after
/// (2), everything. There is no third state.</para>
/// <para>Room: at most <c>capacity</c> tickets are not done, and a correct consumer is done with nothing that it has not consumed, hence at
/// most
/// <c>capacity</c> cells are unread and cell tail mod capacity is free. The consumer's head is looked at once per round of the ring, only
/// to find out a consumer that breaks this.</para>
/// <para>Returns: the consumer's tail is read with acquire and must be in [head, head + 2 × capacity]; each entry must name a ticket that
/// is out. What is believed is kept in private memory; nothing is read from shared memory twice.</para>
/// <para>Taking back, where <see cref="ChannelHeader.CanTakeBack"/>: the head is exchanged for the tail, and with that all unread cells
/// are this end's again, or the consumer has taken one meanwhile and it is tried again. A consumer that copies such a cell finds the head
/// moved and drops its copy. One that set the head back, to be given a cell twice, reads memory that is written again, and harms itself
/// alone.</para>
/// <para>A violation ends the channel: every later call returns false. It is for the caller to look at <see cref="Violation"/>.</para>
/// </remarks>
public sealed unsafe class ChannelProducer : ChannelEnd
{
    private ulong _tail;
    private ulong _knownHead;
    private ulong _returnHead;
    private ulong _knownReturnTail;

    /// <summary>As often may the consumer be faster: it takes one each time, and then there is room.</summary>
    private const int TriesMax = 64;

    /// <param name="memory">From <see cref="ChannelFile.Map(MemoryFile)"/>; stays the caller's, who disposes it after the last use of this
    /// object.</param>
    /// <exception cref="StagingException"><see cref="StagingError.BadHeader"/></exception>
    public ChannelProducer(MappedMemory memory)
        : base(memory) => Counters = new ChannelCounters(memory);

    /// <summary>The edge's figures; of these, this end writes what it dropped.</summary>
    public ChannelCounters Counters { get; }

    /// <summary>Whether a push would be refused for want of room, as far as is known without looking at the returns.</summary>
    public bool IsFull => _tickets.Count == Capacity;

    /// <summary>The consumer has marked itself as away: a hint where to send, which is not binding.</summary>
    public bool IsConsumerAway => Volatile.Read(ref *(uint*)(_base + ChannelLayout.AwayOffset)) != 0;

    /// <summary>Publishes the descriptor and gives it its ticket. Ring the consumer's doorbell afterwards.</summary>
    /// <returns>False when <see cref="Capacity"/> frames are not done, or the channel has ended.</returns>
    [SkipLocalsInit]
    public bool TryPush(ref FrameDescriptor descriptor)
    {
        if (_tickets.Count == Capacity || Violation != ChannelViolation.None)
            return false;
        if (_tail - _knownHead >= (uint)Capacity && !RefreshHead())
            return false;
        descriptor.Ticket = _tail + 1;
        _tickets.Add(descriptor.Ticket);
        *(FrameDescriptor*)(_base + ChannelLayout.CellsOffset + (((uint)_tail & _mask) * FrameDescriptor.SizeBytes)) = descriptor;
        _tail++;
        Failpoint.At("send");
        // Release: publishes the cell. Partner: the read of the tail in ChannelConsumer.TryPop.
        Volatile.Write(ref *(ulong*)(_base + ChannelLayout.DescriptorTailOffset), _tail);
        Failpoint.At("sent");
        return true;
    }

    /// <summary>Takes the next thing that the consumer said of a frame.</summary>
    /// <returns>False when there is none, or the channel has ended.</returns>
    public bool TryPopReturn(out ReturnEntry entry)
    {
        entry = default;
        if (_returnHead == _knownReturnTail && !RefreshReturnTail())
            return false;
        if (Violation != ChannelViolation.None)
            return false;
        entry = *(ReturnEntry*)(_returnCells + (((uint)_returnHead & _returnMask) * ReturnEntry.SizeBytes));
        if (_tickets.Mark(entry.Ticket, entry.Kind) is var violation and not ChannelViolation.None)
            return End(violation);
        _returnHead++;
        // Release: the cell may be written again. Partner: the read of the head in ChannelConsumer.Return.
        Volatile.Write(ref *(ulong*)(_base + ChannelLayout.ReturnHeadOffset), _returnHead);
        return true;
    }

    /// <summary>What was published and the consumer has not taken, as it says; 0 where nothing can be taken back.</summary>
    public int Unread => !Header.CanTakeBack ? 0
        : (int)Math.Clamp((long)(_tail - Volatile.Read(ref *(ulong*)(_base + ChannelLayout.DescriptorHeadOffset))), 0, Capacity);

    /// <summary>Takes back everything that the consumer has not taken: as if it had never been published, but for the tickets.</summary>
    /// <param name="first">The first ticket of those; the others follow it.</param>
    /// <returns>How many. 0 too where the channel has ended or does not allow it, or the consumer is faster each time.</returns>
    public int TakeBack(out ulong first)
    {
        first = 0;
        for (var tries = 0; tries < TriesMax && Violation == ChannelViolation.None && FindUnread(); tries++)
        {
            var head = _knownHead;
            // Partner: the exchange in ChannelConsumer. One of the two gets the cells.
            if (Interlocked.CompareExchange(ref *(ulong*)(_base + ChannelLayout.DescriptorHeadOffset), _tail, head) != head)
                continue;
            first = head + 1;
            _knownHead = _tail;
            return ForgetFrom(first) ? (int)(_tail - head) : 0;
        }
        return 0;
    }

    private bool FindUnread()
    {
        var head = Volatile.Read(ref *(ulong*)(_base + ChannelLayout.DescriptorHeadOffset));
        if (head < _knownHead || head > _tail)
            return End(ChannelViolation.DescriptorHeadOutOfRange);
        _knownHead = head;
        return Header.CanTakeBack && head != _tail;
    }

    // A consumer that returned what it had not taken has broken the rules, and what it has now is not known.
    private bool ForgetFrom(ulong first)
    {
        for (var ticket = first; ticket <= _tail; ticket++)
            if (!_tickets.TryForget(ticket))
                return End(ChannelViolation.UnknownTicket);
        return true;
    }

    private bool RefreshHead()
    {
        var head = Volatile.Read(ref *(ulong*)(_base + ChannelLayout.DescriptorHeadOffset));
        if (head < _knownHead || head > _tail || _tail - head >= (uint)Capacity)
            return End(ChannelViolation.DescriptorHeadOutOfRange);
        _knownHead = head;
        return true;
    }

    private bool RefreshReturnTail()
    {
        // Acquire. Partner: the write of the tail in ChannelConsumer.Return.
        var tail = Volatile.Read(ref *(ulong*)(_base + ChannelLayout.ReturnTailOffset));
        if (tail == _knownReturnTail)
            return false;
        if (tail < _knownReturnTail || tail - _returnHead > (uint)Header.Layout.ReturnCapacity)
            return End(ChannelViolation.ReturnTailOutOfRange);
        _knownReturnTail = tail;
        return true;
    }
}
