using System.Buffers.Binary;
using K8sMediaFlow.Native;

namespace K8sMediaFlow.Staging.Regions;

/// <summary>
/// The first bytes of a region (docs/reference/wire-formats.md section 1): written by the sidecar, read by all, with distrust.
/// </summary>
public sealed class RegionHeader
{
    private const ulong Magic = 0x314E_4745_5246_4D4B; // "KMFREGN1"
    private const uint Version = 1;
    private const int BytesMax = RegionLayout.FixedBytes + (RegionLayout.ClassesMax * RegionLayout.ClassBytes);

    private RegionHeader(RegionId id, RegionLayout layout)
    {
        Id = id;
        Layout = layout;
    }

    public RegionId Id { get; }

    public RegionLayout Layout { get; }

    /// <exception cref="StagingException"><see cref="StagingError.BadHeader"/>, naming the field.</exception>
    public static RegionHeader Read(MappedMemory memory)
    {
        // Copied first: its writer may change it while we look.
        Span<byte> copy = stackalloc byte[BytesMax];
        var length = (int)Math.Min(memory.LengthBytes, BytesMax);
        memory.ReadOnlySpan(0, length).CopyTo(copy);
        return TryRead(copy[..length], memory.LengthBytes, out var header, out var error)
            ? header : throw new StagingException(StagingError.BadHeader, $"region header: {error}");
    }

    /// <param name="bytes">The header, at least as much of it as the class count says; not changing meanwhile.</param>
    /// <param name="mappedBytes">Length of the memory that holds the region.</param>
    /// <param name="error">Names the field.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, long mappedBytes, out RegionHeader header, out string? error)
    {
        header = null!;
        error = CheckFixed(bytes, out var classCount);
        if (error is not null)
            return false;
        Span<BlockClass> classes = stackalloc BlockClass[classCount];
        for (var index = 0; index < classCount; index++)
            classes[index] = ReadClass(bytes[(RegionLayout.FixedBytes + (index * RegionLayout.ClassBytes))..]);
        error = RegionLayout.FirstRuleBroken(classes);
        if (error is not null)
            return false;
        var layout = RegionLayout.Arrange(classes);
        error = CheckArrangement(bytes, layout, mappedBytes);
        header = new RegionHeader(RegionId.Read(bytes[16..]), layout);
        return error is null;
    }

    internal static void Write(Span<byte> bytes, RegionId id, RegionLayout layout)
    {
        bytes[..(RegionLayout.FixedBytes + (layout.Classes.Length * RegionLayout.ClassBytes))].Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes[8..], Version);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[12..], layout.Classes.Length);
        id.Write(bytes[16..]);
        BinaryPrimitives.WriteInt64LittleEndian(bytes[32..], layout.LengthBytes);
        for (var index = 0; index < layout.Classes.Length; index++)
            WriteClass(bytes[(RegionLayout.FixedBytes + (index * RegionLayout.ClassBytes))..], layout.Classes[index]);
    }

    private static string? CheckFixed(ReadOnlySpan<byte> bytes, out int classCount)
    {
        classCount = 0;
        if (bytes.Length < RegionLayout.FixedBytes)
            return $"{bytes.Length} bytes are too few";
        if (BinaryPrimitives.ReadUInt64LittleEndian(bytes) != Magic)
            return "magic is not KMFREGN1";
        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) is var version and not Version)
            return $"layout version {version} is not {Version}";
        classCount = BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]);
        if (classCount is < 1 or > RegionLayout.ClassesMax)
            return $"class count {classCount} is not 1..{RegionLayout.ClassesMax}";
        return bytes.Length < RegionLayout.FixedBytes + (classCount * RegionLayout.ClassBytes)
            ? $"{bytes.Length} bytes are too few for {classCount} classes"
            : bytes[40..64].ContainsAnyExcept((byte)0) ? "reserved bytes at 40 are not zero" : null;
    }

    private static string? CheckArrangement(ReadOnlySpan<byte> bytes, RegionLayout layout, long mappedBytes)
    {
        if (BinaryPrimitives.ReadInt64LittleEndian(bytes[32..]) is var length && length != layout.LengthBytes)
            return $"total length {length} is not {layout.LengthBytes}, as its classes imply";
        if (layout.LengthBytes > mappedBytes)
            return $"total length {layout.LengthBytes} is more than the {mappedBytes} bytes of its memory";
        Span<byte> expected = stackalloc byte[RegionLayout.ClassBytes];
        for (var index = 0; index < layout.Classes.Length; index++)
        {
            WriteClass(expected, layout.Classes[index]);
            if (!bytes.Slice(RegionLayout.FixedBytes + (index * RegionLayout.ClassBytes), RegionLayout.ClassBytes).SequenceEqual(expected))
                return $"class {index}: offsets are not as its size and count imply";
        }
        return null;
    }

    // An unsigned value beyond the signed range comes out negative here, which the rules refuse.
    private static BlockClass ReadClass(ReadOnlySpan<byte> entry) =>
        new(BinaryPrimitives.ReadInt64LittleEndian(entry), BinaryPrimitives.ReadInt32LittleEndian(entry[8..]));

    private static void WriteClass(Span<byte> entry, in RegionClass blocks)
    {
        entry[..RegionLayout.ClassBytes].Clear();
        BinaryPrimitives.WriteInt64LittleEndian(entry, blocks.BlockSizeBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[8..], blocks.BlockCount);
        BinaryPrimitives.WriteUInt32LittleEndian(entry[12..], blocks.FirstBlock);
        BinaryPrimitives.WriteInt64LittleEndian(entry[16..], blocks.BitmapOffset);
        BinaryPrimitives.WriteInt64LittleEndian(entry[24..], blocks.GenerationsOffset);
        BinaryPrimitives.WriteInt64LittleEndian(entry[32..], blocks.BlocksOffset);
    }
}
