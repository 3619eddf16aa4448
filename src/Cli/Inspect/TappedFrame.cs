using K8sMediaFlow.CapnProto;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Cli.Inspect;

/// <summary>
/// A copy of a frame that passed by. The frame was never held: its blocks were the same life before and after the copy, or there is no
/// copy.
/// </summary>
internal sealed class TappedFrame
{
    private readonly byte[][] _segments;

    private TappedFrame(ObservedChannel channel, FrameDescriptor descriptor, byte[][] segments)
    {
        (Channel, Descriptor, _segments) = (channel, descriptor, segments);
    }

    public ObservedChannel Channel { get; }

    public FrameDescriptor Descriptor { get; }

    public long PayloadBytes => _segments.Skip(1).Sum(segment => (long)segment.Length);

    /// <summary>Null when the frame's blocks were taken back meanwhile, or the descriptor is no frame.</summary>
    public static TappedFrame? TryCopy(ObservedChannel channel, ulong ticket)
    {
        if (!channel.Observer.TryRead(ticket, out var descriptor) || descriptor.Kind != FrameKind.Frame)
            return null;
        var segments = new byte[descriptor.SegmentCount][];
        for (var index = 0; index < segments.Length; index++)
        {
            if (TryCopy(channel, in descriptor.Segment(index)) is not { } copy)
                return null;
            segments[index] = copy;
        }

        return new TappedFrame(channel, descriptor, segments);
    }

    /// <summary>Reads the copy; false where its message is not sound.</summary>
    public bool TryRead(out FrameView view, out CapnProtoError error)
        => FrameEnvelope.TryRead(_segments[0], Segment(1), Segment(2), out view, out error);

    private ReadOnlySpan<byte> Segment(int index) => index < _segments.Length ? _segments[index] : default;

    private static byte[]? TryCopy(ObservedChannel channel, in SegmentRef segment)
    {
        if (channel.Regions.Find(segment.Region) is not { } reader || !reader.TryResolve(in segment, out var bytes))
            return null;
        // Pinned: readers of messages keep addresses.
        var copy = GC.AllocateUninitializedArray<byte>(bytes.Length, pinned: true);
        bytes.CopyTo(copy);
        return reader.IsCurrent(in segment) ? copy : null;
    }
}
