using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Staging.Channels;

[Flags]
public enum DescriptorFlags : uint
{
    None = 0,

    /// <summary>The consumer may have had this identity before.</summary>
    MayBeReplay = 1,
}

/// <summary>One cell of the descriptor ring: 128 bytes as docs/reference/wire-formats.md section 2 draws them.</summary>
[StructLayout(LayoutKind.Explicit, Size = SizeBytes)]
[SuppressMessage("Performance", "CA1815", Justification = "Descriptors are moved, never compared.")]
public struct FrameDescriptor
{
    public const int SizeBytes = 128;
    public const int SegmentsMax = 3;

    /// <summary>With <see cref="Sequence"/> the frame's identity.</summary>
    [FieldOffset(0)] public ulong Stream;

    /// <summary>From 1. Of a Gap the first that it explains; of an EndOfStream the last of the stream.</summary>
    [FieldOffset(8)] public ulong Sequence;

    /// <summary>1, 2, 3 … in its channel; given by <see cref="ChannelProducer.TryPush"/>.</summary>
    [FieldOffset(16)] public ulong Ticket;

    /// <summary>Of the link that it came by, else 0.</summary>
    [FieldOffset(24)] public uint Epoch;

    [FieldOffset(28)] public FrameKind Kind;

    [FieldOffset(30)] public ushort SegmentCount;

    /// <summary>Nanoseconds from the source's send until this send.</summary>
    [FieldOffset(32)] public ulong AgeNanoseconds;

    /// <summary>Nanoseconds spent on this edge before this channel.</summary>
    [FieldOffset(40)] public ulong EdgeAgeNanoseconds;

    /// <summary><see cref="MonotonicClock.Nanoseconds"/> at the send.</summary>
    [FieldOffset(48)] public ulong SentAtNanoseconds;

    [FieldOffset(56)] public DescriptorFlags Flags;

    /// <summary>How many sequences a Gap explains, else 0.</summary>
    [FieldOffset(60)] public uint GapCount;

    [FieldOffset(64)] private SegmentRef _segment0;
    [FieldOffset(84)] private SegmentRef _segment1;
    [FieldOffset(104)] private SegmentRef _segment2;

    [FieldOffset(124)] public GapCause GapCause;

    /// <summary>
    /// Segment 0 is the envelope. Indexes are below <see cref="SegmentsMax"/>; those from <see cref="SegmentCount"/> on mean nothing.
    /// </summary>
    [UnscopedRef]
    public ref SegmentRef Segment(int index)
    {
        Invariant.That((uint)index < SegmentsMax);
        return ref Unsafe.Add(ref _segment0, index);
    }

    /// <summary>The segments that are there.</summary>
    [UnscopedRef]
    public readonly ReadOnlySpan<SegmentRef> Segments =>
        MemoryMarshal.CreateReadOnlySpan(in _segment0, Math.Min((int)SegmentCount, SegmentsMax));

    /// <summary>Puts a segment behind those that are there.</summary>
    public void AddSegment(in SegmentRef segment)
    {
        Segment(SegmentCount) = segment;
        SegmentCount++;
    }

    /// <summary>
    /// Whether what a foreign process wrote keeps the format's rules, the same ones that a link's frame header has: what passes here passes
    /// there. Regions and blocks are judged by who resolves them.
    /// </summary>
    internal readonly ChannelViolation Check(ulong expectedTicket)
    {
        if (Ticket != expectedTicket)
            return ChannelViolation.TicketOutOfOrder;
        if (Kind is < FrameKind.Frame or > FrameKind.EndOfStream)
            return ChannelViolation.BadKind;
        if (Kind == FrameKind.Frame ? SegmentCount is 0 or > SegmentsMax : SegmentCount != 0)
            return ChannelViolation.BadSegmentCount;
        if (Sequence == 0 && Kind != FrameKind.EndOfStream)
            return ChannelViolation.BadSequence;
        if ((Flags & ~DescriptorFlags.MayBeReplay) != 0)
            return ChannelViolation.BadFlags;
        return IsGapRight ? ChannelViolation.None : ChannelViolation.BadGap;
    }

    private readonly bool IsGapRight => Kind == FrameKind.Gap
        ? GapCount > 0 && Sequence <= ulong.MaxValue - GapCount && GapCause is >= GapCause.Disposed and <= GapCause.Deadline
        : GapCount == 0 && GapCause == GapCause.None;
}
