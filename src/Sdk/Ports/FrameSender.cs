using K8sMediaFlow.CapnProto;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Sdk.Ports;

/// <summary>Turns a filled loan into a frame: identity, derivation, envelope, descriptor.</summary>
internal static class FrameSender
{
    public static void Send(LoanSlot loan, ReadOnlySpan<Frame> from, bool isNamed)
    {
        var (core, port) = (loan.Core, loan.Port);
        lock (core.Gate)
        {
            port.ThrowIfOver();
            loan.CheckPlanes();
            loan.CheckTiming();
            port.CheckKeys(loan.Metadata);
            Failpoint.At("fill");
            foreach (var frame in from)
                frame.ThrowIfNotOf(core);
            var giver = port.OwnStream != 0 ? -1 : FindGiver(core, port, from, isNamed);
            var identity = giver < 0 ? port.Next() : core.IdentityOf(giver);
            if (giver < 0 || !IsRepeated(core, port, giver, identity))
                Post(core, port, loan, from, isNamed, giver, identity);
            else
                loan.GiveBack();
            core.Poll();
        }
    }

    /// <summary>
    /// Whether this identity has gone out on the port already. For a replayed input that is no mistake of the user's: another life of the
    /// input had got as far as this port, and its frame is on its way.
    /// </summary>
    public static bool IsRepeated(MediaOperatorCore core, OutputPort port, int giver, (ulong Stream, ulong Sequence) identity)
    {
        if (!port.HasSent(identity))
            return false;
        if (core.MayBeReplay(giver) && (core.Record(giver).SentOn & port.Bit) == 0)
        {
            core.Record(giver).SentOn |= port.Bit;
            return true;
        }
        throw new InvalidOperationException(
            $"Frame {new FrameIdentity(identity.Stream, identity.Sequence)} has gone out on output '{port.Plan.Name}' already: an identity "
            + "goes out once on a port. An operator whose outputs are not one to one with its inputs calls OpenStream() first; outputs then have identities of their own.");
    }

    private static int FindGiver(MediaOperatorCore core, OutputPort port, ReadOnlySpan<Frame> from, bool isNamed)
    {
        if (isNamed)
            return from.IsEmpty
                ? throw new ArgumentException(
                    $"Output '{port.Plan.Name}' inherits identities: name at least one input, or call OpenStream() first.", nameof(from))
                : from[0].Tag;
        foreach (var tag in core.Held)
            if ((core.Record(tag).SentOn & port.Bit) == 0)
                return tag;
        throw new InvalidOperationException(core.Held.Length > 0
            ? $"Every frame that is held has gone out on output '{port.Plan.Name}' already: an identity goes out once on a port. Call OpenStream() first if outputs are not one to one with inputs."
            : $"No input frame is held, so a frame on output '{port.Plan.Name}' has no identity to inherit: send before the input is disposed, or call OpenStream() first.");
    }

    private static void Post(
        MediaOperatorCore core, OutputPort port, LoanSlot loan, ReadOnlySpan<Frame> from, bool isNamed, int giver,
            (ulong Stream, ulong Sequence) identity)
    {
        var first = isNamed ? (from.IsEmpty ? -1 : from[0].Tag) : giver >= 0 ? giver : core.Held.Length > 0 ? core.Held[0] : -1;
        var info = MediaInfo.Of(loan.Caps);
        (info.Stream, info.Sequence) = identity;
        FillTimes(core, loan, first, ref info);
        var envelopeBytes = WriteEnvelope(core, port, loan, in info);
        var descriptor = core.NewDescriptor(identity, first);
        descriptor.AddSegment(new SegmentRef(0, loan.EnvelopeBlock, 0, (uint)envelopeBytes));
        var record = new OutRecord
        {
            Ledger = core.Ledger.AddOutput(),
            Stream = identity.Stream,
            Sequence = identity.Sequence,
            Own = loan.Region,
        };
        record.Keep(loan.EnvelopeBlock);
        if (loan.PayloadBytes > 0)
            descriptor.AddSegment(new SegmentRef(0, loan.PayloadBlock, 0, (uint)loan.PayloadBytes));
        if (loan.PayloadBlock != default)
            record.Keep(loan.PayloadBlock);
        Derive(core, port, record.Ledger, from, isNamed, giver);
        // The loan's use of the region goes over to the record.
        loan.Close();
        port.Post(ref descriptor, port.AddRecord(in record));
    }

    private static void Derive(MediaOperatorCore core, OutputPort port, int output, ReadOnlySpan<Frame> from, bool isNamed, int giver)
    {
        foreach (var frame in from)
            core.Ledger.Derive(output, core.Record(frame.Tag).Ledger, holdsBytes: false);
        for (var i = 0; !isNamed && i < core.Held.Length; i++)
            core.Ledger.Derive(output, core.Record(core.Held[i]).Ledger, holdsBytes: false);
        if (giver >= 0)
            core.Inherit(giver, port);
    }

    private static void FillTimes(MediaOperatorCore core, LoanSlot loan, int first, ref FrameInfo info)
    {
        var inherited = first >= 0 ? core.FrameOf(first)?.Info ?? default : default;
        if (loan.Timing is { } timing)
            SetTiming(timing, ref info);
        else
            InheritTiming(loan, first, in inherited, ref info);
        info.CaptureTimeWallNs = loan.CaptureTimeWallNs
            ?? (first >= 0 ? inherited.CaptureTimeWallNs : (DateTime.UtcNow - DateTime.UnixEpoch).Ticks * 100);
        if (info.Kind == MediaKind.Audio && loan.Caps is AudioCaps { SampleBytes: > 0 } audio)
            info.Audio = info.Audio with { SampleCount = loan.PayloadBytes / (audio.SampleBytes * audio.Channels) };
    }

    private static void SetTiming(FrameTiming timing, ref FrameInfo info)
    {
        (info.PresentationTimeNs, info.DurationNs) = (timing.PresentationTimeNs, timing.DurationNs);
        info.Timing = new()
        {
            BaseNumerator = timing.Base.Numerator,
            BaseDenominator = timing.Base.Denominator,
            PresentationTicks = timing.PresentationTicks,
            DurationTicks = timing.DurationTicks,
        };
    }

    // Times that the operator set itself are not the source's any more.
    private static void InheritTiming(LoanSlot loan, int first, in FrameInfo inherited, ref FrameInfo info)
    {
        info.PresentationTimeNs = loan.PresentationTimeNs ?? inherited.PresentationTimeNs;
        info.DurationNs = loan.DurationNs ?? (first >= 0 ? inherited.DurationNs : DurationOf(loan.Caps));
        if (loan.PresentationTimeNs is null && loan.DurationNs is null)
            info.Timing = inherited.Timing;
    }

    private static long DurationOf(FrameCaps? caps) => caps switch
    {
        VideoCaps video => video.FrameDurationNs,
        AudioCaps { SampleRate: > 0 } audio => 1_000_000_000L * audio.SamplesPerFrame / audio.SampleRate,
        _ => 0,
    };

    private static int WriteEnvelope(MediaOperatorCore core, OutputPort port, LoanSlot loan, in FrameInfo info)
    {
        try
        {
            MetadataTransfer.Write(loan.Metadata, core.EnvelopeMetadata);
            return FrameEnvelope.Write(loan.Region.Writer.Memory(loan.EnvelopeBlock), in info, loan.PayloadBytes, 0, core.EnvelopeMetadata);
        }
        catch (CapnProtoException failure)
        {
            throw new InvalidOperationException(
                $"The metadata of a frame on output '{port.Plan.Name}' do not fit its envelope block: {failure.Message}", failure);
        }
    }
}
