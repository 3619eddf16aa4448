using K8sMediaFlow.Messages;
using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Sdk.Memory;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Delivery;

namespace K8sMediaFlow.Sdk.Ports;

/// <summary>An input port behind its public face. Everything here runs under the operator's lock.</summary>
internal sealed class InputPort
{
    private readonly MediaOperatorCore _core;
    private FrameInfo _lastInfo;
    private FrameCaps? _lastCaps;
    private FrameSlot? _next;

    public InputPort(MediaOperatorCore core, int number, PortPlan plan)
    {
        (_core, Number, Plan) = (core, number, plan);
        Producers = new PeerRegistry(Enumerable.Range(0, plan.Producers),
            () => Merge!.Producers < FanIn.ProducersMax ? Merge.AddProducer() : -1);
        Merge = new FanIn(new FanInOptions(plan.Producers, plan.BySequence, IsSparse: false, plan.ReplayRuns, core.ReorderPatienceNs)
        {
            DeadlineNs = plan.DeadlineNs,
        });
    }

    public int Number { get; }

    public PortPlan Plan { get; }

    public FanIn Merge { get; }

    public PeerRegistry Producers { get; }

    public bool Ended => Merge.Ended;

    /// <summary>Frames and envelopes that were refused; each ended its channel.</summary>
    public long Violations { get; private set; }

    /// <summary>The next frame, which stays here until it is taken; null: none for now, or the end.</summary>
    public FrameSlot? Peek() => _next ??= _core.Failure is null ? TryOpenNext() : null;

    /// <summary>The frame that <see cref="Peek"/> showed is in the user's hands: from here on what is sent derives from it.</summary>
    public void Take()
    {
        _core.Hand(_next!.Tag);
        _next = null;
    }

    /// <summary>The caps object for what an envelope says: one object as long as they stay the same.</summary>
    public FrameCaps? CapsOf(in FrameInfo info)
    {
        if (_lastCaps is null || !MediaInfo.SameCaps(in info, in _lastInfo))
            (_lastInfo, _lastCaps) = (info, MediaInfo.CapsOf(in info));
        return _lastCaps;
    }

    // Gap notices on the way are passed on to the outputs.
    private FrameSlot? TryOpenNext()
    {
        while (MonotonicClock.Nanoseconds is var nowNs && Merge.TryTake(nowNs, out var number))
        {
            var tag = _core.Admit(this, number);
            if (Merge.Descriptor(number).Kind == FrameKind.Gap)
                _core.PassGap(tag);
            else if (TryOpen(tag, number, nowNs, out var frame))
                return frame;
        }
        _core.ReportBroken(this);
        return null;
    }

    private bool TryOpen(int tag, int number, long nowNs, out FrameSlot? frame)
    {
        ref var descriptor = ref Merge.Descriptor(number);
        var channel = (InboundChannel)Merge.ChannelOf(number).State!;
        frame = null;
        ReadOnlySpan<byte> payload0 = default, payload1 = default;
        var resolved = channel.TryResolve(ref descriptor, 0, out var envelope, out var region0);
        ForeignRegion? region1 = null, region2 = null;
        if (resolved && descriptor.SegmentCount > 1)
            resolved = channel.TryResolve(ref descriptor, 1, out payload0, out region1);
        if (resolved && descriptor.SegmentCount > 2)
            resolved = channel.TryResolve(ref descriptor, 2, out payload1, out region2);
        if (!resolved || !FrameEnvelope.TryRead(envelope, payload0, payload1, out var view, out _) || !Agrees(ref descriptor, in view))
            return Refuse(tag, channel);
        _core.UseRegions(tag, region0, region1, region2);
        frame = _core.TakeFrame();
        frame.Open(this, tag, in view, nowNs);
        _core.SetFrame(tag, frame);
        return true;
    }

    private static bool Agrees(ref FrameDescriptor descriptor, in FrameView view) =>
        view.Info.Stream == descriptor.Stream && view.Info.Sequence == descriptor.Sequence;

    private bool Refuse(int tag, InboundChannel channel)
    {
        Violations++;
        _core.Violation(channel.Id, $"{Plan.Name}: a frame's segments or envelope are not sound");
        channel.Merged.Sever();
        _core.PassGap(tag, GapCause.Lost);
        return false;
    }
}
