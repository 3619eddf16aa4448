using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Fabric;

/// <summary>
/// The receiver's own record of what it gave leave for. A peer's header is measured against it before a byte of the frame goes into
/// the area. Granting happens on any thread, using on the receiving one.
/// </summary>
internal sealed class GrantTable(uint epoch, nint areaAddress, long areaLengthBytes, int grantsMax)
{
    private readonly Dictionary<uint, Granted> _grants = [];

    public int GrantsMax => grantsMax;

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
        var total = Total(header);
        return Area(FrameHeaderPrefix.ReadSlot(header), total, Take(FrameHeaderPrefix.ReadSlot(header)));
    }

    /// <summary>The same where the frame is there before its header is read.</summary>
    public LandingArea UseLanded(uint slot)
    {
        var grant = Take(slot);
        // The peer can still write there: what is checked must be what was read, so it is read once.
        Span<byte> header = stackalloc byte[FrameHeaderPrefix.SegmentTableOffset];
        Invariant.That(grant.SizeBytes >= header.Length);
        RawMemory.ReadOnlySpan(areaAddress + (nint)grant.OffsetBytes, header.Length).CopyTo(header);
        var total = Total(header);
        if (FrameHeaderPrefix.ReadSlot(header) is var other && other != slot)
            throw new FabricException(FabricError.Malformed, $"the header in slot {slot} names slot {other}");
        return Area(slot, total, grant);
    }

    private ulong Total(ReadOnlySpan<byte> header)
    {
        var magic = FrameHeaderPrefix.ReadMagic(header);
        if (magic != FrameHeaderPrefix.Magic)
            throw new FabricException(FabricError.Malformed, $"frame header: magic is {magic:x8}");
        if (FrameHeaderPrefix.ReadEpoch(header) is var other && other != epoch)
            throw new FabricException(FabricError.Malformed, $"frame header: epoch {other} on a connection of epoch {epoch}");
        var total = FrameHeaderPrefix.ReadTotalLength(header);
        if (total < FrameHeaderPrefix.SizeBytes || total % FrameHeaderPrefix.Alignment != 0)
            throw new FabricException(FabricError.Malformed, $"frame header: total length {total}");
        return total;
    }

    private Granted Take(uint slot)
    {
        lock (_grants)
            return _grants.Remove(slot, out var grant) ? grant : throw NotGranted(slot);
    }

    private LandingArea Area(uint slot, ulong totalBytes, Granted grant)
    {
        if (totalBytes > (ulong)grant.SizeBytes)
            throw new FabricException(FabricError.GrantViolation,
                $"a frame of {totalBytes} bytes for slot {slot}, granted with {grant.SizeBytes}");
        // Raw memory from here on: the last look before it is written.
        Invariant.That(grant.OffsetBytes >= 0 && grant.OffsetBytes + (long)totalBytes <= areaLengthBytes);
        return new LandingArea(slot, areaAddress + (nint)grant.OffsetBytes, (int)totalBytes);
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
