using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Fabric;

/// <summary>The checks that every fabric makes of a write before a byte of it leaves.</summary>
internal static class OutgoingFrame
{
    /// <summary>Total length of the frame; throws where it does not fit its grant or contradicts its own header.</summary>
    public static int Check(uint epoch, uint slot, int sizeBytes, ReadOnlySpan<byte> header, ReadOnlySpan<MemoryPart> segments)
    {
        Require(header.Length == FrameHeaderPrefix.SizeBytes, "a frame header has 256 bytes");
        Require(segments.Length <= FrameHeaderPrefix.SegmentsMax, "a frame has at most three segments");
        foreach (var segment in segments)
            Require(segment.LengthBytes >= 0, "a segment's length is negative");
        var total = FrameHeaderPrefix.TotalLength(segments);
        Invariant.That(total >= FrameHeaderPrefix.SizeBytes && total % FrameHeaderPrefix.Alignment == 0);
        if (total > sizeBytes)
            throw new FabricException(FabricError.TooLarge, $"a frame of {total} bytes for slot {slot}, granted with {sizeBytes}");
        Require(FrameHeaderPrefix.ReadMagic(header) == FrameHeaderPrefix.Magic, "the header has no magic");
        Require(FrameHeaderPrefix.ReadEpoch(header) == epoch, "the header names another epoch");
        Require(FrameHeaderPrefix.ReadSlot(header) == slot, "the header names another slot");
        Require(FrameHeaderPrefix.ReadTotalLength(header) == (ulong)total, "the header names another total length");
        return (int)total;
    }

    /// <summary>Adds the checksum to the fabric's own copy of the header.</summary>
    public static void Seal(Span<byte> header, ReadOnlySpan<MemoryPart> segments, FabricOptions options)
    {
        if (options.Checksum)
            FrameHeaderPrefix.WriteChecksum(header, Checksum.Of(segments));
    }

    private static void Require(bool condition, string message)
    {
        if (!condition)
            throw new InvalidOperationException(message);
    }
}
