using System.Buffers.Binary;
using System.Numerics;
using K8sMediaFlow.CapnProto;

namespace K8sMediaFlow.Messages;

/// <summary>
/// The key of a frame: one field of its metadata, as a number that is the same in every process and release. Different values may have
/// the same number.
/// </summary>
public static class FrameKey
{
    /// <summary>What a frame without the field has.</summary>
    public const ulong None = 0;

    /// <summary>Whether values of a kind can be keys: those of which it is plain when two are equal.</summary>
    public static bool CanBe(FrameMessage.Metadata.Which kind) => kind is FrameMessage.Metadata.Which.Int64
        or FrameMessage.Metadata.Which.Bool or FrameMessage.Metadata.Which.Text or FrameMessage.Metadata.Which.Data;

    /// <summary>The key of a frame by its envelope; <see cref="None"/> where the envelope or the field is not as it should be.</summary>
    /// <param name="envelope">Segment 0. Another process may rewrite it meanwhile: the key then is another one.</param>
    /// <param name="field">The name of the field, in UTF-8.</param>
    public static ulong Of(ReadOnlySpan<byte> envelope, ReadOnlySpan<byte> field)
    {
        try
        {
            var message = new MessageReader(envelope, ReadLimits.Default);
            var frame = message.Root<FrameMessage.Reader>();
            return frame.HasMetadata ? Of(frame.Metadata, field) : None;
        }
        catch (CapnProtoException)
        {
            return None;
        }
    }

    private static ulong Of(StructListReader<FrameMessage.Metadata.Reader> metadata, ReadOnlySpan<byte> field)
    {
        foreach (var entry in metadata)
            if (entry.Name.Bytes.SequenceEqual(field))
                return Of(entry);
        return None;
    }

    // The kind is read once: another process may rewrite it between two looks.
    private static ulong Of(FrameMessage.Metadata.Reader entry) => entry.Which switch
    {
        FrameMessage.Metadata.Which.Int64 => Of(FrameMessage.Metadata.Which.Int64, entry.Int64),
        FrameMessage.Metadata.Which.Bool => Of(FrameMessage.Metadata.Which.Bool, entry.Bool ? 1 : 0),
        FrameMessage.Metadata.Which.Text => Of(FrameMessage.Metadata.Which.Text, entry.Text.Bytes),
        FrameMessage.Metadata.Which.Data => Of(FrameMessage.Metadata.Which.Data, entry.Data),
        _ => None,
    };

    private static ulong Of(FrameMessage.Metadata.Which kind, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, number);
        return Of(kind, bytes);
    }

    // The kind is part of the key, and so no key of a field that is there is None.
    private static ulong Of(FrameMessage.Metadata.Which kind, ReadOnlySpan<byte> value)
    {
        var state = (uint)value.Length;
        foreach (var one in value)
            state = BitOperations.Crc32C(state, one);
        return ((ulong)kind + 1) << 32 | state;
    }
}
