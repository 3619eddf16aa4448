using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Sidecar.Channels;

/// <summary>One frame in its two forms: the descriptor inside a pod, and what enters and leaves a link.</summary>
internal static class FrameDescriptors
{
    /// <summary>What landed in a block, as the pod's consumers see it: region 0 is the link's own.</summary>
    public static FrameDescriptor Of(in FrameHeader header, BlockRef block)
    {
        var descriptor = new FrameDescriptor
        {
            Stream = header.Stream,
            Sequence = header.Sequence,
            Epoch = header.Epoch,
            Kind = header.Kind,
            AgeNanoseconds = header.AgeNanoseconds,
            EdgeAgeNanoseconds = header.EdgeAgeNanoseconds,
            SentAtNanoseconds = (ulong)MonotonicClock.Nanoseconds,
            Flags = (header.Flags & LinkFrameFlags.Replay) != 0 ? DescriptorFlags.MayBeReplay : DescriptorFlags.None,
            GapCount = header.GapCount,
            GapCause = header.GapCause,
        };
        for (var index = 0; index < header.SegmentCount; index++)
        {
            var extent = header.Segment(index);
            descriptor.AddSegment(new SegmentRef(0, block, extent.OffsetBytes, extent.LengthBytes));
        }
        return descriptor;
    }

    /// <summary>
    /// Puts a notice in a frame's place: no process has the frame any more. False: it is the last that a stream can have, which no notice
    /// can name.
    /// </summary>
    public static bool TryMakeLost(ref FrameDescriptor descriptor)
    {
        (descriptor.Kind, descriptor.SegmentCount, descriptor.GapCount, descriptor.GapCause) = (FrameKind.Gap, 0, 1, GapCause.Lost);
        return descriptor.Sequence < ulong.MaxValue;
    }

    /// <summary>Puts a notice in a frame's place. False: no notice can name it, and it stays.</summary>
    public static bool TryMakeGap(ref FrameDescriptor descriptor, GapCause cause)
    {
        if (descriptor.Sequence == ulong.MaxValue)
            return false;
        (descriptor.Kind, descriptor.SegmentCount, descriptor.GapCount, descriptor.GapCause) = (FrameKind.Gap, 0, 1, cause);
        return true;
    }

    /// <summary>A descriptor as it enters a link; the segments are added by who resolves them, the handle by who keeps it.</summary>
    public static LinkFrame ToLink(in FrameDescriptor descriptor) => new()
    {
        Kind = descriptor.Kind,
        Flags = (descriptor.Flags & DescriptorFlags.MayBeReplay) != 0 ? LinkFrameFlags.Replay : LinkFrameFlags.None,
        Stream = descriptor.Stream,
        Sequence = descriptor.Sequence,
        AgeNanoseconds = descriptor.AgeNanoseconds,
        EdgeAgeNanoseconds = descriptor.EdgeAgeNanoseconds,
        SentAtNanoseconds = (long)descriptor.SentAtNanoseconds,
        GapCount = descriptor.GapCount,
        GapCause = descriptor.GapCause,
    };
}
