using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Sidecar.Channels;

/// <summary>One producer's channel into an outbound link, with the regions that its descriptors may name.</summary>
internal sealed class OutboundChannel(PortChannel channel, ChannelLease lease)
{
    private readonly List<LinkedRegion?> _regions = [];
    private int _takenClosing;

    public PortChannel Channel { get; } = channel;

    public ChannelLease Lease { get; } = lease;

    public ChannelConsumer Consumer { get; } = new(lease.Memory);

    /// <summary>The producer is dead; what it had published still goes out.</summary>
    public bool IsClosing { get; set; }

    /// <summary>The channel of the producer's last life, whose frames go first.</summary>
    public OutboundChannel? Predecessor { private get; set; }

    /// <summary>The producer's last life has left something that goes first.</summary>
    public bool IsBehind
    {
        get
        {
            // The last life may have sent nothing, and waits behind the one before.
            if (Predecessor is { } last && (last.HasDescriptor || last.IsBehind))
                return true;
            Predecessor = null;
            return false;
        }
    }

    /// <summary>Taken by the link and not done.</summary>
    public int Held { get; set; }

    /// <summary>What the producer did wrong, in words; null while the channel is sound.</summary>
    public string? Fault { get; private set; }

    /// <summary>The producer is banned for the fault.</summary>
    public bool IsReported { get; set; }

    /// <summary>Settled: its memory is released; code that still has this object may ask later.</summary>
    public bool IsOver { get; set; }

    /// <summary>Whether there is something to take.</summary>
    public bool HasDescriptor => !IsOver && Fault is null && Consumer.HasDescriptor && !IsDrained;

    /// <summary>Nothing more will be taken, and nothing that was taken is held.</summary>
    public bool IsFinished => IsClosing && Held == 0 && !HasDescriptor;

    // A dead producer cannot have left more than the ring holds. One that was banned and lives on could write for ever.
    private bool IsDrained => IsClosing && _takenClosing >= Consumer.Capacity;

    /// <summary>The next descriptor, if the channel is sound and has one.</summary>
    public bool TryPop(out FrameDescriptor descriptor)
    {
        descriptor = default;
        if (Fault is not null || IsDrained)
            return false;
        if (Consumer.TryPop(out descriptor))
        {
            _takenClosing += IsClosing ? 1 : 0;
            return true;
        }
        NoteViolation();
        return false;
    }

    /// <summary>Gives a descriptor back to the producer, who needs it no more.</summary>
    public void Return(ulong ticket)
    {
        Consumer.Return(ticket, ReturnKind.Returned | ReturnKind.Done);
        Channel.Producer.Ringer.Ring();
        NoteViolation();
    }

    /// <summary>Counts a frame that went as a notice.</summary>
    public void CountDrop(GapCause cause) => Consumer.Counters.AddConsumerDrops(cause, 1);

    /// <summary>Tells the producer whether the link carries what it sends here; it looks again where to send.</summary>
    public void SetAway(bool isAway)
    {
        Consumer.SetAway(isAway);
        Channel.Producer.Ringer.Ring();
    }

    public void MapRegion(int index, LinkedRegion region)
    {
        while (_regions.Count <= index)
            _regions.Add(null);
        _regions[index] = region;
    }

    /// <summary>The region is buried: a descriptor that names it is from a producer that lies.</summary>
    public void ForgetRegion(LinkedRegion region)
    {
        for (var index = 0; index < _regions.Count; index++)
        {
            if (_regions[index] == region)
                _regions[index] = null;
        }
    }

    /// <summary>Counts what has left the pod's memory for the link; latency is what it waited in the channel.</summary>
    /// <param name="descriptor">What was taken.</param>
    /// <param name="nowNanoseconds">When.</param>
    /// <param name="lookedInVainNanoseconds">The link's last look that found nothing, if it took nothing since; else 0.</param>
    public void Count(in FrameDescriptor descriptor, long nowNanoseconds, long lookedInVainNanoseconds)
    {
        if (descriptor.Kind == FrameKind.Gap)
            Consumer.Counters.AddGaps(descriptor.GapCount);
        if (descriptor.Kind != FrameKind.Frame)
            return;
        long bytes = 0;
        foreach (ref readonly var segment in descriptor.Segments)
            bytes += segment.Length;
        var waited = Math.Max(0, nowNanoseconds - (long)descriptor.SentAtNanoseconds);
        var wakeUp = lookedInVainNanoseconds == 0 ? 0 : Math.Clamp(nowNanoseconds - lookedInVainNanoseconds, 0, waited);
        Consumer.Counters.AddFrame(bytes, waited);
        Consumer.Counters.AddPart(LatencyPart.Queue, waited - wakeUp);
        Consumer.Counters.AddPart(LatencyPart.WakeUp, wakeUp);
    }

    /// <summary>
    /// Adds the descriptor's segments as memory. False: the producer named what it may not, or no frame is there; the channel is at its
    /// end.
    /// </summary>
    public bool TryResolve(ref FrameDescriptor descriptor, ref LinkFrame frame, out FrameRegions regions)
    {
        regions = default;
        for (var index = 0; index < descriptor.SegmentCount; index++)
        {
            var segment = descriptor.Segment(index);
            var region = segment.Region < _regions.Count ? _regions[segment.Region] : null;
            var error = SegmentError.UnknownBlock;
            if (region is null || segment.Length > int.MaxValue || !region.Reader.TryResolveAddress(in segment, out var address, out error))
                return (segment.Region != 0 && error == SegmentError.StaleGeneration && TryExplain(ref descriptor, ref frame, out regions))
                    || Fail($"segment {index} of {descriptor.Stream:x}/{descriptor.Sequence} is no memory of its producer ({(region is null ? SegmentError.UnknownRegion : error)})");
            frame.AddSegment(new MemoryPart(address, (int)segment.Length));
            regions.Set(index, region);
        }
        return descriptor.Kind != FrameKind.Frame || IsSound(ref descriptor);
    }

    // Only the owner of a region moves the generations in it. A frame that was passed on and whose block has another life is its owner's
    // breach, not the passer's.
    private static bool TryExplain(ref FrameDescriptor descriptor, ref LinkFrame frame, out FrameRegions regions)
    {
        regions = default;
        if (!FrameDescriptors.TryMakeLost(ref descriptor))
            return false;
        frame = FrameDescriptors.ToLink(in descriptor);
        return true;
    }

    // Here and not at the far end: there it could not be told any more which of this pod's media operators wrote it.
    private bool IsSound(ref FrameDescriptor descriptor)
    {
        if (!FrameEnvelope.TryRead(BytesOf(ref descriptor, 0), BytesOf(ref descriptor, 1), BytesOf(ref descriptor, 2), out var view,
            out var error))
            return Fail($"the envelope of {descriptor.Stream:x}/{descriptor.Sequence} is not sound ({error})");
        return (view.Info.Stream == descriptor.Stream && view.Info.Sequence == descriptor.Sequence)
            || Fail($"the envelope of {descriptor.Stream:x}/{descriptor.Sequence} is that of {view.Info.Stream:x}/{view.Info.Sequence}");
    }

    private ReadOnlySpan<byte> BytesOf(ref FrameDescriptor descriptor, int index)
    {
        if (index >= descriptor.SegmentCount)
            return default;
        var segment = descriptor.Segment(index);
        return _regions[segment.Region]!.Reader.TryResolve(in segment, out var bytes) ? bytes : default;
    }

    private void NoteViolation()
    {
        if (Consumer.Violation != ChannelViolation.None && Fault is null)
            Fail(Consumer.Violation.ToString());
    }

    private bool Fail(string problem)
    {
        Fault = $"{Channel.Producer.Name} broke the protocol on {Channel}: {problem}";
        return false;
    }
}
