using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Delivery;

namespace K8sMediaFlow.Staging.Tests.Delivery;

/// <summary>A channel without shared memory, both ends in one object.</summary>
internal sealed class FakeChannel(int capacity, bool canTakeBack = false) : IOutboundChannel, IInboundChannel
{
    private readonly Queue<FrameDescriptor> _descriptors = new();
    private readonly Queue<ReturnEntry> _returns = new();
    private readonly HashSet<ulong> _open = [];
    private ulong _tickets;

    public int Capacity => capacity;

    public bool IsBroken { get; set; }

    public bool IsAway { get; set; }

    public bool HasDescriptor => _descriptors.Count > 0;

    public int Duplicates { get; private set; }

    public bool CanTakeBack => canTakeBack;

    public int Unread => canTakeBack ? _descriptors.Count : 0;

    /// <summary>Is called for each descriptor that is pushed.</summary>
    public Action? Pushed { get; set; }

    /// <summary>What the producer counted as dropped.</summary>
    public Dictionary<GapCause, long> Drops { get; } = [];

    /// <summary>Frames that are in the channel, taken or not, and not done.</summary>
    public int NotDone => _open.Count;

    public int TakeBack(out ulong first)
    {
        var count = Unread;
        first = count > 0 ? _descriptors.Peek().Ticket : 0;
        for (var left = count; left > 0; left--)
            _open.Remove(_descriptors.Dequeue().Ticket);
        return count;
    }

    public void CountDrops(GapCause cause, long sequences) => Drops[cause] = Drops.GetValueOrDefault(cause) + sequences;

    public bool TryPush(ref FrameDescriptor descriptor)
    {
        if (_open.Count == capacity)
            return false;
        descriptor.Ticket = ++_tickets;
        _open.Add(descriptor.Ticket);
        _descriptors.Enqueue(descriptor);
        Pushed?.Invoke();
        return true;
    }

    public bool TryPopReturn(out ReturnEntry entry)
    {
        var found = _returns.TryDequeue(out entry);
        if (found && (entry.Kind & ReturnKind.Done) != 0)
            _open.Remove(entry.Ticket);
        return found;
    }

    public bool TryPop(out FrameDescriptor descriptor) => _descriptors.TryDequeue(out descriptor);

    public void Return(ulong ticket, ReturnKind kind) => _returns.Enqueue(new ReturnEntry(ticket, kind));

    /// <summary>What was counted of frames: sequence, the time here, and what of it their consumer took to come back.</summary>
    public List<(ulong Sequence, long HereNs, long WakeUpNs)> Counted { get; } = [];

    /// <summary>What consumers took for frames that they gave back.</summary>
    public List<long> Processed { get; } = [];

    public void CountFrame(ref FrameDescriptor descriptor, long nowNs, long wakeUpNs) =>
        Counted.Add((descriptor.Sequence, nowNs - (long)descriptor.SentAtNanoseconds, wakeUpNs));

    public void CountProcessing(long nanoseconds) => Processed.Add(nanoseconds);

    public void CountGaps(uint sequences)
    {
    }

    public void CountDuplicate() => Duplicates++;
}
