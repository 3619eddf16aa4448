using System.Collections;
using K8sMediaFlow.Native;

namespace K8sMediaFlow.Staging.Channels;

/// <summary>How far both rings of a channel are, at one time or nearly so.</summary>
public readonly record struct ChannelPositions(ulong DescriptorTail, ulong DescriptorHead, ulong ReturnTail, ulong ReturnHead);

/// <summary>
/// Looks at a channel without taking part: for inspect, tap and the status. Nothing that it sees is more than a claim of its two ends.
/// </summary>
public sealed unsafe class ChannelObserver
{
    private readonly byte* _base;
    private readonly ChannelCounters _counters;

    /// <param name="memory">Read-only will do; stays the caller's.</param>
    /// <exception cref="StagingException"><see cref="StagingError.BadHeader"/></exception>
    public ChannelObserver(MappedMemory memory)
    {
        Header = ChannelHeader.Read(memory);
        _base = memory.Pointer;
        _counters = new ChannelCounters(memory);
    }

    public ChannelHeader Header { get; }

    public ChannelPositions Positions => new(
        Word(ChannelLayout.DescriptorTailOffset), Word(ChannelLayout.DescriptorHeadOffset), Word(ChannelLayout.ReturnTailOffset),
            Word(ChannelLayout.ReturnHeadOffset));

    public ChannelStatistics Statistics => _counters.Read();

    /// <summary>Copies the cell that the given ticket was published in.</summary>
    /// <returns>False when it is not published yet, or overwritten before or while it was copied.</returns>
    public bool TryRead(ulong ticket, out FrameDescriptor descriptor)
    {
        descriptor = default;
        var capacity = (ulong)Header.Layout.Capacity;
        var tail = Word(ChannelLayout.DescriptorTailOffset);
        if (ticket == 0 || ticket > tail || tail - ticket >= capacity)
            return false;
        var cell = (FrameDescriptor*)(_base + ChannelLayout.CellsOffset + ((ticket - 1) % capacity * FrameDescriptor.SizeBytes));
        descriptor = *cell;
        Volatile.ReadBarrier();
        // The producer may be writing the cell for ticket + capacity; it has not published more than tail + 1 by the time that it does.
        return Word(ChannelLayout.DescriptorTailOffset) - ticket < capacity - 1 && descriptor.Check(ticket) == ChannelViolation.None;
    }

    /// <summary>How many of the last frames that it took the consumer has not given back: of as many as the ring is long.</summary>
    public int CountHeld()
    {
        if (Header.CanTakeBack)
            return (int)Math.Min(Volatile.Read(ref *(uint*)(_base + ChannelLayout.HeldOffset)), (uint)Header.Layout.Capacity);
        var (layout, positions) = (Header.Layout, Positions);
        var taken = (int)Math.Min(positions.DescriptorHead, (ulong)layout.Capacity);
        var returned = new BitArray(taken);
        for (var number = 0ul; number < Math.Min(positions.ReturnTail, (ulong)layout.ReturnCapacity); number++)
        {
            var place = (positions.ReturnTail - 1 - number) % (ulong)layout.ReturnCapacity;
            var cell = _base + layout.ReturnCellsOffset + (place * ReturnEntry.SizeBytes);
            // Wraps round for a ticket that is out of the range, and is too large then.
            if (positions.DescriptorHead - Volatile.Read(ref *(ulong*)cell) is var age && age < (ulong)taken)
                returned[(int)age] = true;
        }
        return taken - returned.Cast<bool>().Count(static one => one);
    }

    private ulong Word(int offset) => Volatile.Read(ref *(ulong*)(_base + offset));
}
