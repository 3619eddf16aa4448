using K8sMediaFlow.CapnProto.Schema;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>Values of a schema: defaults and constants.</summary>
internal static class ValueReader
{
    public static SchemaValue Null => new(0, [], [], true);

    public static SchemaValue Read(Value.Reader value) => value.Which switch
    {
        Value.Which.Void => Number(0),
        Value.Which.Bool => Number(value.Bool ? 1UL : 0UL),
        Value.Which.Int8 => Number((byte)value.Int8),
        Value.Which.Int16 => Number((ushort)value.Int16),
        Value.Which.Int32 => Number((uint)value.Int32),
        Value.Which.Int64 => Number((ulong)value.Int64),
        Value.Which.Uint8 => Number(value.Uint8),
        Value.Which.Uint16 => Number(value.Uint16),
        Value.Which.Uint32 => Number(value.Uint32),
        Value.Which.Uint64 => Number(value.Uint64),
        Value.Which.Float32 => Number(BitConverter.SingleToUInt32Bits(value.Float32)),
        Value.Which.Float64 => Number(BitConverter.DoubleToUInt64Bits(value.Float64)),
        Value.Which.Enum => Number(value.Enum),
        Value.Which.Text => new SchemaValue(0, value.Text.Bytes.ToArray(), [], !value.HasText),
        Value.Which.Data => new SchemaValue(0, value.Data.ToArray(), [], !value.HasData),
        Value.Which.List => Pointer(value.List),
        Value.Which.Struct => Pointer(value.Struct),
        Value.Which.AnyPointer => Pointer(value.AnyPointer),
        _ => Null,
    };

    private static SchemaValue Number(ulong bits) => new(bits, [], [], false);

    private static SchemaValue Pointer(AnyPointerReader pointer)
    {
        if (pointer.IsNull)
            return Null;
        for (var words = 64; ; words *= 4)
        {
            var copy = GC.AllocateUninitializedArray<ulong>(words, pinned: true);
            if (TryCopy(pointer, copy, out var used))
                return new SchemaValue(0, [], copy[..used], false);
        }
    }

    /// <summary>The value as a message of its own: the pointer, and what it leads to. False if it is larger.</summary>
    private static bool TryCopy(AnyPointerReader pointer, ulong[] copy, out int usedWords)
    {
        usedWords = 0;
        try
        {
            var message = new MessageBuilder(System.Runtime.InteropServices.MemoryMarshal.AsBytes(copy.AsSpan()));
            message.RootPointer().SetPointer(pointer);
            usedWords = (int)(message.UsedBytes(0) / 8);
            Invariant.That(message.SegmentCount == 1 && usedWords >= 1 && usedWords <= copy.Length);
            return true;
        }
        catch (CapnProtoException e) when (e.Error == CapnProtoError.OutOfSpace)
        {
            return false;
        }
    }
}
