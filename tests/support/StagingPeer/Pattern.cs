using System.Buffers.Binary;

namespace K8sMediaFlow.StagingPeer;

/// <summary>Bytes that say which frame they are of, at both ends and in the middle.</summary>
public static class Pattern
{
    public static void Write(Span<byte> bytes, ulong sequence)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[(bytes.Length / 2)..], ~sequence);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes[^8..], sequence * 3);
    }

    public static bool Matches(ReadOnlySpan<byte> bytes, ulong sequence) =>
        BinaryPrimitives.ReadUInt64LittleEndian(bytes) == sequence
        && BinaryPrimitives.ReadUInt64LittleEndian(bytes[(bytes.Length / 2)..]) == ~sequence
        && BinaryPrimitives.ReadUInt64LittleEndian(bytes[^8..]) == sequence * 3;
}
