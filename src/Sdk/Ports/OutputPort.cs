using System.Security.Cryptography;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Sdk.Memory;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Delivery;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Sdk.Ports;

/// <summary>An output port behind its public face. Everything here runs under the operator's lock.</summary>
internal sealed class OutputPort : IFrameOwner
{
    private readonly MediaOperatorCore _core;
    private readonly ReplayWindow _sent = new(ReplayWindow.RunsUsual, ReplayWindow.StreamsUsual);
    private readonly List<(string Name, PeerRegistry Consumers)> _edges = [];
    private readonly EdgeKeys _keys;
    private Pool<OutRecord> _records = new(64);
    private ulong _follows;
    private bool _hasInherited;
    private int _reserved;
    private long _waits;
    private (ulong Stream, ulong Sequence) _last;

    public OutputPort(MediaOperatorCore core, int number, PortPlan plan)
    {
        (_core, Number, Plan, Quota) = (core, number, plan, new BlockQuota(plan.QuotaBlocks));
        _keys = new EdgeKeys(plan.Name);
        Fan = new FanOut(this, FanOutRetention.UntilDone, 256);
        Fan.WindowFrames = plan.WindowFrames;
        foreach (var edge in plan.Edges)
            AddEdge(edge);
    }

    public int Number { get; }

    public ulong Bit => 1UL << Number;

    public PortPlan Plan { get; }

    public FanOut Fan { get; }

    public BlockQuota Quota { get; private set; }

    public bool IsComplete { get; private set; }

    /// <summary>The stream that the port gives identities from itself; 0 while it inherits them.</summary>
    public ulong OwnStream { get; private set; }

    /// <summary>Frames copied into a new region after the sidecar's death, and their bytes.</summary>
    public (long Frames, long Bytes) Copied { get; private set; }

    /// <summary>Calls that found no block or no room at once.</summary>
    public long Waits => Interlocked.Read(ref _waits);

    /// <summary>Which inputs' sequences this port continues, so that their gaps are its gaps: those that it has inherited from; before the
    /// first, the input of its own name, else the first one.</summary>
    public bool Follows(InputPort input) => OwnStream == 0 && !IsComplete && (_follows & (1UL << input.Number)) != 0;

    /// <summary>With or without the operator's lock.</summary>
    public void CountWait() => Interlocked.Increment(ref _waits);

    public void FollowByDefault(IReadOnlyList<InputPort> inputs)
    {
        if (inputs.Count == 0)
            OpenStream();
        else
            _follows = 1UL << (inputs.FirstOrDefault(input => input.Plan.Name == Plan.Name) ?? inputs[0]).Number;
    }

    public ulong OpenStream()
    {
        do
            OwnStream = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(8));
        while (OwnStream == 0);
        _last = (OwnStream, 0);
        return OwnStream;
    }

    /// <summary>The next identity of the port's own stream.</summary>
    public (ulong Stream, ulong Sequence) Next() => (OwnStream, _last.Sequence + 1);

    /// <summary>Whether a frame of this identity has gone out on this port.</summary>
    public bool HasSent((ulong Stream, ulong Sequence) identity) => _sent.HasSeen(identity.Stream, identity.Sequence);

    public void Inherited(InputPort input)
    {
        _follows = (_hasInherited ? _follows : 0) | 1UL << input.Number;
        _hasInherited = true;
    }

    /// <summary>Room for one more frame, loans that were given apart.</summary>
    public bool HasRoom => Fan.HasRoom(_reserved);

    public void Reserve() => _reserved++;

    public void Unreserve() => _reserved--;

    /// <exception cref="MediaOperatorException">The operator has failed or was disposed.</exception>
    /// <exception cref="InvalidOperationException">The port is complete.</exception>
    public void ThrowIfOver()
    {
        _core.ThrowIfFailed();
        if (IsComplete)
            throw new InvalidOperationException($"Output '{Plan.Name}' is complete: nothing can be sent after the end of its stream.");
    }

    /// <summary>Refuses a frame that an edge of the port cannot deal out.</summary>
    /// <exception cref="InvalidOperationException">A key is missing.</exception>
    public void CheckKeys(FrameMetadata metadata) => _keys.Check(metadata);

    public int AddRecord(in OutRecord record)
    {
        var tag = _records.Take();
        _records[tag] = record;
        return tag;
    }

    /// <summary>Sends a frame that the record describes.</summary>
    public void Post(ref FrameDescriptor descriptor, int tag)
    {
        _ = _sent.MarkRange(descriptor.Stream, descriptor.Sequence, Math.Max(1, descriptor.GapCount));
        _last = descriptor.Stream == _last.Stream
            ? (_last.Stream, Math.Max(_last.Sequence, Last(in descriptor)))
            : (descriptor.Stream, Last(in descriptor));
        Fan.Post(in descriptor, tag);
    }

    /// <summary>Says that sequences of the port's own stream do not come.</summary>
    public void PostGap(ulong stream, ulong first, uint count, GapCause cause, int ledger)
    {
        var descriptor = Notice(FrameKind.Gap, stream, first);
        (descriptor.GapCount, descriptor.GapCause) = (count, cause);
        var record = new OutRecord { Ledger = ledger, Stream = stream, Sequence = first };
        Post(ref descriptor, AddRecord(in record));
    }

    public void Complete((ulong Stream, ulong Sequence) lastOfInput)
    {
        if (IsComplete)
            return;
        IsComplete = true;
        var last = OwnStream == 0 && lastOfInput.Stream != 0 ? lastOfInput : _last;
        var descriptor = Notice(FrameKind.EndOfStream, last.Stream, last.Sequence);
        Fan.Post(in descriptor, -1);
    }

    public InputPort? FollowedInput(IReadOnlyList<InputPort> inputs)
    {
        foreach (var input in inputs)
            if ((_follows & (1UL << input.Number)) != 0)
                return input;
        return null;
    }

    /// <summary>The number of a peer of an edge in the fan; -1: the welcome knows no such edge, or no more peers fit.</summary>
    public int SubscriberOf(string edgeName, string peer)
    {
        var index = _edges.FindIndex(edge => edge.Name == edgeName);
        return index < 0 ? -1 : _edges[index].Consumers.NumberOf(peer);
    }

    /// <summary>What an edge may drop from now on.</summary>
    /// <exception cref="MediaOperatorException">The sidecar's welcome had no such edge, or it may drop nothing.</exception>
    public void ChangePolicy(string edgeName, EdgePolicy policy)
    {
        var index = _edges.FindIndex(edge => edge.Name == edgeName);
        if (index < 0 || Plan.Edges[index].Policy is null)
            throw new MediaOperatorException(MediaOperatorError.Protocol,
                $"The sidecar changed what edge '{edgeName}' of output '{Plan.Name}' may drop, of which its welcome says nothing.");
        Fan.ChangePolicy(index, policy);
    }

    /// <summary>A new region came: quota and blocks begin anew, and what fits no block of it is left to upstream's replay.</summary>
    public void Renew(OwnRegion region)
    {
        Quota = new BlockQuota(Plan.QuotaBlocks);
        Fan.Withdraw(tag => !Fits(tag, region), Forgotten);
    }

    /// <summary>
    /// Nothing follows from it here: until a forward is done it may have to be sent again, and the producer that owns the block with its
    /// payload may reuse it as soon as we give the input back. So a forward holds its input until it is done.
    /// </summary>
    public void Returned(int tag)
    {
    }

    public void Done(int tag)
    {
        ref var record = ref _records[tag];
        record.Release();
        var ledger = record.Ledger;
        _records.Give(tag);
        if (ledger >= 0)
            _core.Ledger.OutputDone(ledger);
        _core.Progressed();
    }

    /// <summary>
    /// Before a frame that lies in an earlier sidecar's memory it is copied into the present one: the only copy in the house.
    /// </summary>
    public bool Prepare(int tag, ref FrameDescriptor descriptor)
    {
        ref var record = ref _records[tag];
        if (descriptor.SegmentCount == 0 || record.IsIn(_core.Region))
            return true;
        return _core.Region is { } region && TryCopy(ref record, ref descriptor, region);
    }

    public ulong KeyOf(int tag, int edge, ref FrameDescriptor descriptor) =>
        TryRead(in _records[tag], in descriptor.Segment(0), out var envelope) ? _keys.Of(edge, envelope) : FrameKey.None;

    private static ulong Last(in FrameDescriptor descriptor) => descriptor.Sequence + Math.Max(1, descriptor.GapCount) - 1;

    private static FrameDescriptor Notice(FrameKind kind, ulong stream, ulong sequence) => new()
    {
        Kind = kind,
        Stream = stream,
        Sequence = sequence,
        SentAtNanoseconds = (ulong)MonotonicClock.Nanoseconds,
    };

    private void AddEdge(EdgePlan plan)
    {
        var edge = Fan.AddEdge(plan.Distribution, plan.Policy);
        if (plan.Distribution == FanOutDistribution.ByKey)
            _keys.Add(edge, plan.Name, plan.KeyField);
        var planned = Enumerable.Range(0, plan.Consumers).Select(_ => Fan.AddSubscriber(edge)).ToList();
        _edges.Add((plan.Name,
            new PeerRegistry(planned, () => Fan.Subscribers < FanOut.SubscribersMax ? Fan.AddSubscriber(edge) : -1)));
    }

    private bool Fits(int tag, OwnRegion region)
    {
        ref var record = ref _records[tag];
        return record.ForeignBytes <= region.LargestBytes;
    }

    /// <summary>As if it had never been sent: its input comes again and is passed on anew.</summary>
    private void Forgotten(int tag)
    {
        ref var record = ref _records[tag];
        _sent.Forget(record.Stream, record.Sequence);
        _core.ForgetInputs(record.Stream, record.Sequence);
        Done(tag);
    }

    private bool TryCopy(ref OutRecord record, ref FrameDescriptor descriptor, OwnRegion region)
    {
        var copy = new OutRecord { Ledger = record.Ledger, Stream = record.Stream, Sequence = record.Sequence, Own = region };
        var copied = descriptor;
        region.Use();
        for (var i = 0; i < descriptor.SegmentCount; i++)
        {
            ref var segment = ref descriptor.Segment(i);
            if (!TryRead(in record, in segment, out var bytes) || !region.Writer.TryTake(Math.Max(1, bytes.Length), Quota, out var block))
            {
                copy.Release();
                return false;
            }
            copy.Keep(block);
            bytes.CopyTo(region.Writer.Memory(block));
            copied.Segment(i) = new SegmentRef(0, block, 0, segment.Length);
            Copied = (Copied.Frames, Copied.Bytes + bytes.Length);
        }
        Copied = (Copied.Frames + 1, Copied.Bytes);
        record.Release();
        record = copy;
        descriptor = copied;
        return true;
    }

    private static bool TryRead(in OutRecord record, in SegmentRef segment, out ReadOnlySpan<byte> bytes)
    {
        if (segment.Region == 0)
        {
            bytes = record.Own!.Writer.Memory(segment.BlockRef).Slice((int)segment.Offset, (int)segment.Length);
            return true;
        }
        var foreign = record.Foreign0?.Name == segment.RegionName ? record.Foreign0 : record.Foreign1;
        bytes = default;
        return foreign is not null && foreign.Reader.TryResolve(in segment, out bytes);
    }
}
