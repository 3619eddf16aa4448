using K8sMediaFlow.Native;

namespace K8sMediaFlow.Staging.Channels;

/// <summary>
/// What both ends of a channel have: the tickets that are out, in private memory, and the rule that a peer broke, if it broke one.
/// </summary>
public abstract unsafe class ChannelEnd
{
    private protected readonly byte* _base;
    private protected readonly byte* _returnCells;
    private protected readonly TicketTable _tickets;
    private protected readonly uint _mask;
    private protected readonly uint _returnMask;

    private protected ChannelEnd(MappedMemory memory)
    {
        Header = ChannelHeader.Read(memory);
        _base = memory.Pointer;
        _returnCells = _base + Header.Layout.ReturnCellsOffset;
        _tickets = new TicketTable(Capacity);
        _mask = (uint)Capacity - 1;
        _returnMask = (uint)Header.Layout.ReturnCapacity - 1;
    }

    public ChannelHeader Header { get; }

    public int Capacity => Header.Layout.Capacity;

    /// <summary>Descriptors that went through here and are not done, as far as this end has heard.</summary>
    public int NotDone => _tickets.Count;

    /// <summary>Of these, the ones that are not returned either.</summary>
    public int NotReturned => _tickets.NotReturned;

    /// <summary>Why the channel has ended; None while it has not.</summary>
    public ChannelViolation Violation { get; private set; }

    /// <summary>Writes the tickets that are not done, oldest first: of a producer what it takes back when the consumer is dead.</summary>
    /// <param name="into">Room for <see cref="Capacity"/>.</param>
    public int CopyOutstanding(Span<(ulong Ticket, bool IsReturned)> into) => _tickets.CopyTo(into);

    /// <summary>Ends the channel; false, for the caller to return.</summary>
    private protected bool End(ChannelViolation violation)
    {
        if (Violation == ChannelViolation.None)
        {
            Violation = violation;
            ChannelViolations.Add();
        }
        return false;
    }
}
