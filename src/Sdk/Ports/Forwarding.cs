using K8sMediaFlow.CapnProto;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Sdk.Ports;

/// <summary>One forward, tried until there is room: a fresh envelope in the operator's region, the payload where it is.</summary>
internal struct Forwarding
{
    // The sidecar announces a passer's regions to its consumers before frames from them can be there; a wait here is a sidecar in trouble.
    private static readonly TimeSpan RegionPatience = TimeSpan.FromSeconds(10);

    private readonly MediaOperatorCore _core;
    private readonly OutputPort _port;
    private readonly Frame _frame;
    private readonly FrameMetadata _metadata;
    private long _unknownSinceNs;

    private Forwarding(MediaOperatorCore core, OutputPort port, Frame frame, FrameMetadata metadata) =>
        (_core, _port, _frame, _metadata) = (core, port, frame, metadata);

    /// <summary>Sets the metadata up, with the user's code; <see cref="Release"/> gives them back.</summary>
    public static Forwarding Prepare(MediaOperatorCore core, OutputPort port, Frame frame, Action<FrameMetadata>? change)
    {
        frame.ThrowIfNotOf(core);
        var metadata = core.TakeMetadata();
        try
        {
            frame.Slot.ReadMetadata(metadata);
            metadata.ReadOnly = false;
            change?.Invoke(metadata);
            return new Forwarding(core, port, frame, metadata);
        }
        catch
        {
            core.GiveMetadata(metadata);
            throw;
        }
    }

    /// <summary>Sends if there is room. Under the operator's lock; the caller has polled.</summary>
    public bool TrySend()
    {
        _port.ThrowIfOver();
        _port.CheckKeys(_metadata);
        var tag = _frame.Tag;
        var identity = _port.OwnStream != 0 ? _port.Next() : _core.IdentityOf(tag);
        if (_port.OwnStream == 0 && FrameSender.IsRepeated(_core, _port, tag, identity))
            return true;
        var descriptor = Describe(tag, identity);
        if (_core.Region is not { } region || !_port.HasRoom || !IsKnown(ref descriptor))
            return false;
        if (!region.Writer.TryTake(1, _port.Quota, out var block))
            return false;
        if (IsStale() && _frame.Payload.Length > region.LargestBytes)
            PostLoss(region, block, tag, identity);
        else
            Post(region, block, ref descriptor, tag, identity);
        return true;
    }

    public readonly void Release() => _core.GiveMetadata(_metadata);

    /// <summary>Whether the payload lies in an earlier sidecar's memory: the frame was in the user's hands when that died.</summary>
    private readonly bool IsStale()
    {
        ref var input = ref _core.Record(_frame.Tag);
        return input.Region1 is { IsStale: true } || input.Region2 is { IsStale: true };
    }

    // Only an operator whose region was planned without blocks for payloads comes here. The replay cannot help: it is known for a duplicate
    // of what the user holds.
    private readonly void PostLoss(Memory.OwnRegion region, BlockRef block, int tag, (ulong Stream, ulong Sequence) identity)
    {
        region.Writer.Release(block);
        var output = _core.Ledger.AddOutput();
        _core.Ledger.Derive(output, _core.Record(tag).Ledger, holdsBytes: false);
        if (_port.OwnStream == 0)
            _core.Inherit(tag, _port);
        _port.PostGap(identity.Stream, identity.Sequence, 1, GapCause.Lost, output);
        _core.CountLoss();
    }

    private readonly FrameDescriptor Describe(int tag, (ulong Stream, ulong Sequence) identity)
    {
        var descriptor = _core.NewDescriptor(identity, tag);
        descriptor.AddSegment(default);
        for (var i = 1; i < _frame.Slot.Descriptor().SegmentCount; i++)
            descriptor.AddSegment(_frame.Slot.Segment(i));
        return descriptor;
    }

    private bool IsKnown(ref FrameDescriptor descriptor)
    {
        if (IsStale() || _port.Fan.CanCarry(ref descriptor))
            return true;
        var nowNs = MonotonicClock.Nanoseconds;
        if (_unknownSinceNs == 0)
            _unknownSinceNs = nowNs;
        if (nowNs - _unknownSinceNs > RegionPatience.Ticks * 100)
            throw new MediaOperatorException(MediaOperatorError.Timeout,
                $"The consumers of output '{_port.Plan.Name}' were not told of the region that frame {_frame.Identity} "
                + $"of input '{_frame.Input}' lies in within {RegionPatience.TotalSeconds} s.");
        return false;
    }

    private readonly void Post(Memory.OwnRegion region, BlockRef block, ref FrameDescriptor descriptor, int tag,
        (ulong Stream, ulong Sequence) identity)
    {
        var info = _frame.Info;
        (info.Stream, info.Sequence) = identity;
        descriptor.Segment(0) = new SegmentRef(0, block, 0, (uint)WriteEnvelope(region, block, in info));
        var record = new OutRecord
        {
            Ledger = _core.Ledger.AddOutput(),
            Stream = identity.Stream,
            Sequence = identity.Sequence,
            Own = region,
        };
        record.Keep(block);
        region.Use();
        HoldRegions(ref record, ref descriptor, tag);
        Failpoint.At("forward");
        _core.Ledger.Derive(record.Ledger, _core.Record(tag).Ledger, holdsBytes: true);
        if (_port.OwnStream == 0)
            _core.Inherit(tag, _port);
        _port.Post(ref descriptor, _port.AddRecord(in record));
    }

    private readonly void HoldRegions(ref OutRecord record, ref FrameDescriptor descriptor, int tag)
    {
        ref var input = ref _core.Record(tag);
        if (descriptor.SegmentCount > 1)
            record.Foreign0 = input.Region1;
        if (descriptor.SegmentCount > 2)
            record.Foreign1 = input.Region2;
        record.Foreign0?.Use();
        record.Foreign1?.Use();
        for (var i = 1; i < descriptor.SegmentCount; i++)
            record.ForeignBytes = Math.Max(record.ForeignBytes, (int)descriptor.Segment(i).Length);
    }

    private readonly int WriteEnvelope(Memory.OwnRegion region, BlockRef block, in FrameInfo info)
    {
        try
        {
            MetadataTransfer.Write(_metadata, _core.EnvelopeMetadata);
            return FrameEnvelope.Write(region.Writer.Memory(block), in info, _frame.Payload.Length,
                _frame.PayloadCount > 1 ? _frame.PayloadAt(1).Length : 0, _core.EnvelopeMetadata);
        }
        catch (CapnProtoException failure)
        {
            region.Writer.Release(block);
            throw new InvalidOperationException(
                $"The metadata of a frame on output '{_port.Plan.Name}' do not fit its envelope block: {failure.Message}", failure);
        }
    }
}
