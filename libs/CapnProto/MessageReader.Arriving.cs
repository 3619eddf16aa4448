using System.Diagnostics.CodeAnalysis;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.CapnProto;

/// <summary>
/// Messages of which a part has arrived. An object can be read as soon as it is there as a whole, whatever it leads to; following a
/// pointer further fails with <see cref="CapnProtoError.NotYetArrived"/>, which <see cref="AnyPointerReader.HasArrived"/> tells before.
/// </summary>
public partial struct MessageReader
{
    /// <summary>Adds the next segment, of which the first bytes are there.</summary>
    /// <param name="address">Where the segment will lie as a whole.</param>
    /// <param name="arrivedBytes">How much of it is there.</param>
    /// <param name="announcedBytes">How long it will be.</param>
    public unsafe void AddSegment(nint address, long arrivedBytes, long announcedBytes)
    {
        if (_announcedBytes is null || _announcedBytes.Length <= _count)
            Array.Resize(ref _announcedBytes, Math.Max(4, _count * 2));
        Invariant.That(_announcedBytes.Length > _count);
        _announcedBytes[_count] = announcedBytes;
        Add(new Segment((byte*)address, Math.Min(arrivedBytes, announcedBytes)));
    }

    /// <summary>Says that more of a segment is there; readers that exist see it too.</summary>
    public unsafe void Grow(int segment, long arrivedBytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)segment, (uint)_count);
        var old = SegmentAt((uint)segment);
        var announcedBytes = AnnouncedBytes((uint)segment, old.LengthBytes);
        var grown = new Segment(old.Start, Math.Clamp(arrivedBytes, old.LengthBytes, announcedBytes));
        if (segment < NearSegments.Capacity)
            _near[segment] = grown;
        else
            _far![segment - NearSegments.Capacity] = grown;
    }

    /// <summary>Whether the root struct can be read; see <see cref="AnyPointerReader.HasArrived"/>.</summary>
    public readonly unsafe bool HasRootArrived =>
        _count > 0 && (_near[0].LengthBytes >= 8 ? HasArrived(_near[0].Start, 0) : !IsAwaited(0, 0, 8));

    internal readonly long AnnouncedBytes(int segment) => AnnouncedBytes((uint)segment, SegmentAt((uint)segment).LengthBytes);

    internal readonly unsafe bool HasArrived(byte* slot, uint segment)
    {
        var pointer = WirePointer.ReadOnce(slot);
        if (pointer.IsNull || pointer.Kind == PointerKind.Other)
            return true;
        if (pointer.Kind != PointerKind.Far)
            return HasContentArrived(pointer, segment, slot - SegmentAt(segment).Start + 8 + (8L * pointer.Offset));
        if (pointer.FarSegment >= (uint)_count)
            return true;
        if (IsAwaited(pointer.FarSegment, pointer.PadPositionBytes, pointer.IsDoubleFar ? 16 : 8, out var pad))
            return false;
        return pad is null || HasPadArrived(pointer, pad);
    }

    private readonly unsafe bool HasPadArrived(WirePointer far, byte* pad)
    {
        var landed = WirePointer.ReadOnce(pad);
        if (!far.IsDoubleFar)
            return HasContentArrived(landed, far.FarSegment, far.PadPositionBytes + 8 + (8L * landed.Offset));
        return landed.FarSegment >= (uint)_count
            || HasContentArrived(WirePointer.ReadOnce(pad + 8), landed.FarSegment, landed.PadPositionBytes);
    }

    private readonly unsafe bool HasContentArrived(WirePointer tag, uint segment, long positionBytes)
    {
        var lengthBytes = tag.Kind == PointerKind.Struct ? (tag.DataWords + tag.PointerCount) * 8L
            : tag.ElementSize == ElementSize.Composite ? 8 + (8L * tag.Count)
            : (((long)tag.Count * tag.ElementSize.Bits()) + 7) / 8;
        return !IsAwaited(segment, positionBytes, lengthBytes, out _);
    }

    /// <summary>
    /// Whether the range is in the segment, but not all of it here yet. If it is neither, following the pointer says what is wrong.
    /// </summary>
    private readonly unsafe bool IsAwaited(uint segment, long positionBytes, long lengthBytes, out byte* start)
    {
        start = null;
        var memory = SegmentAt(segment);
        if (positionBytes < 0 || positionBytes + lengthBytes > AnnouncedBytes(segment, memory.LengthBytes))
            return false;
        start = memory.Start + positionBytes;
        return positionBytes + lengthBytes > memory.LengthBytes;
    }

    private readonly long AnnouncedBytes(uint segment, long arrivedBytes) =>
        _announcedBytes is { } announced && segment < (uint)Math.Min(_count, announced.Length)
            ? Math.Max(arrivedBytes, announced[segment])
            : arrivedBytes;

    [DoesNotReturn]
    private readonly void ThrowBounds(scoped in Target target, long lengthBytes) =>
        CapnProtoException.Throw(IsAwaited(target.Segment, target.PositionBytes, lengthBytes)
            ? CapnProtoError.NotYetArrived
            : CapnProtoError.OutOfBounds);

    private readonly unsafe bool IsAwaited(uint segment, long positionBytes, long lengthBytes) =>
        IsAwaited(segment, positionBytes, lengthBytes, out _);

    private readonly void RequireRoot()
    {
        if (_count == 0 || _near[0].LengthBytes < 8)
            CapnProtoException.Throw(_count > 0 && IsAwaited(0, 0, 8) ? CapnProtoError.NotYetArrived : CapnProtoError.OutOfBounds);
    }
}
