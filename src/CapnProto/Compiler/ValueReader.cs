using K8sMediaFlow.CapnProto.Schema;

namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>Types and values of a schema.</summary>
internal static class ValueReader
{
    public static SchemaValue Null => new(0, [], [], true);

    public static SchemaType Type(Schema.Type.Reader type) => type.Which switch
    {
        Schema.Type.Which.List => new SchemaType(TypeKind.List, Element: Type(type.List.ElementType)),
        Schema.Type.Which.Enum => new SchemaType(TypeKind.Enum, type.Enum.TypeId),
        Schema.Type.Which.Struct => new SchemaType(TypeKind.Struct, type.Struct.TypeId),
        Schema.Type.Which.Interface => new SchemaType(TypeKind.Interface, type.Interface.TypeId),
        Schema.Type.Which.AnyPointer => new SchemaType(TypeKind.AnyPointer, Any: Any(type.AnyPointer)),
        _ => new SchemaType((TypeKind)type.Which),
    };

    public static SchemaValue Value(Value.Reader value) => value.Which switch
    {
        Schema.Value.Which.Void => Number(0),
        Schema.Value.Which.Bool => Number(value.Bool ? 1UL : 0UL),
        Schema.Value.Which.Int8 => Number((byte)value.Int8),
        Schema.Value.Which.Int16 => Number((ushort)value.Int16),
        Schema.Value.Which.Int32 => Number((uint)value.Int32),
        Schema.Value.Which.Int64 => Number((ulong)value.Int64),
        Schema.Value.Which.Uint8 => Number(value.Uint8),
        Schema.Value.Which.Uint16 => Number(value.Uint16),
        Schema.Value.Which.Uint32 => Number(value.Uint32),
        Schema.Value.Which.Uint64 => Number(value.Uint64),
        Schema.Value.Which.Float32 => Number(BitConverter.SingleToUInt32Bits(value.Float32)),
        Schema.Value.Which.Float64 => Number(BitConverter.DoubleToUInt64Bits(value.Float64)),
        Schema.Value.Which.Enum => Number(value.Enum),
        Schema.Value.Which.Text => new SchemaValue(0, value.Text.Bytes.ToArray(), [], !value.HasText),
        Schema.Value.Which.Data => new SchemaValue(0, value.Data.ToArray(), [], !value.HasData),
        Schema.Value.Which.List => Pointer(value.List),
        Schema.Value.Which.Struct => Pointer(value.Struct),
        Schema.Value.Which.AnyPointer => Pointer(value.AnyPointer),
        _ => Null,
    };

    private static SchemaValue Number(ulong bits) => new(bits, [], [], false);

    private static SchemaValue Pointer(AnyPointerReader pointer) => new(0, [], [], pointer.IsNull);

    private static AnyKind Any(Schema.Type.AnyPointer.Reader any) =>
        any.Which == Schema.Type.AnyPointer.Which.Unconstrained ? (AnyKind)any.Unconstrained.Which : AnyKind.Pointer;
}
