using K8sMediaFlow.Native;

namespace K8sMediaFlow.Fabric;

/// <summary>
/// The receiver's own record of what it gave leave for. A peer's header is measured against it before a byte of the frame goes into
/// the area. Granting happens on any thread, using on the receiving one.
/// </summary>
internal sealed class GrantTable(uint epoch, nint areaAddress, long areaLengthBytes, int grantsMax)
{
    private readonly Dictionary<uint, Granted> _grants = new(grantsMax);

    public void Grant(uint slot, long offsetBytes, int sizeBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offsetBytes);
        ArgumentOutOfRangeException.ThrowIfNotEqual(offsetBytes % FrameHeaderPrefix.Alignment, 0);
        ArgumentOutOfRangeException.ThrowIfLessThan(sizeBytes, FrameHeaderPrefix.SizeBytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offsetBytes, areaLengthBytes - sizeBytes);
        lock (_grants)
        {
            if (_grants.Count >= grantsMax)
                throw new InvalidOperationException($"more than {grantsMax} grants are outstanding");
            if (!_grants.TryAdd(slot, new Granted(offsetBytes, sizeBytes)))
                throw new InvalidOperationException($"slot {slot} is granted already and nothing has landed in it");
        }
    }

    /// <summary>Uses up the grant that a peer's header names, if the header may.</summary>
    public LandingArea Use(ReadOnlySpan<byte> header)
    {
        var magic = FrameHeaderPrefix.ReadMagic(header);
        if (magic != FrameHeaderPrefix.Magic)
            throw new FabricException(FabricError.Malformed, $"frame header: magic is {magic:x8}");
        if (FrameHeaderPrefix.ReadEpoch(header) is var other && other != epoch)
            throw new FabricException(FabricError.Malformed, $"frame header: epoch {other} on a connection of epoch {epoch}");
        var total = FrameHeaderPrefix.ReadTotalLength(header);
        if (total < FrameHeaderPrefix.SizeBytes || total % FrameHeaderPrefix.Alignment != 0)
            throw new FabricException(FabricError.Malformed, $"frame header: total length {total}");
        var slot = FrameHeaderPrefix.ReadSlot(header);
        var grant = Take(slot, total);
        return new LandingArea(slot, areaAddress + (nint)grant.OffsetBytes, (int)total);
    }

    /// <summary>Where a slot's block is, if it is granted: for fabrics on which the frame is there before its header is read.</summary>
    public Span<byte> HeaderOf(uint slot)
    {
        lock (_grants)
        {
            if (!_grants.TryGetValue(slot, out var grant))
                throw NotGranted(slot);
            return RawMemory.Span(areaAddress + (nint)grant.OffsetBytes, FrameHeaderPrefix.SizeBytes);
        }
    }

    private Granted Take(uint slot, ulong totalBytes)
    {
        lock (_grants)
        {
            if (!_grants.TryGetValue(slot, out var grant))
                throw NotGranted(slot);
            if (totalBytes > (ulong)grant.SizeBytes)
                throw new FabricException(FabricError.GrantViolation, $"a frame of {totalBytes} bytes for slot {slot}, granted with {grant.SizeBytes}");
            _grants.Remove(slot);
            return grant;
        }
    }

    private static FabricException NotGranted(uint slot) =>
        new(FabricError.GrantViolation, $"slot {slot} is not granted, or its grant is used up");

    private readonly record struct Granted(long OffsetBytes, int SizeBytes);
}

/// <summary>Where the frame that is arriving goes.</summary>
internal readonly record struct LandingArea(uint Slot, nint Address, int LengthBytes)
{
    public Span<byte> Bytes => RawMemory.Span(Address, LengthBytes);
}
