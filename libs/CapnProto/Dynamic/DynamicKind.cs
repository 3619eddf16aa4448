namespace K8sMediaFlow.CapnProto.Dynamic;

#pragma warning disable CA1720 // The format's own words.
/// <summary>The kinds of types, numbered as schema.capnp numbers them in Type and in Value.</summary>
public enum DynamicKind
{
    Void,
    Bool,
    Int8,
    Int16,
    Int32,
    Int64,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Float32,
    Float64,
    Text,
    Data,
    List,
    Enum,
    Struct,
    Interface,
    AnyPointer,

    /// <summary>A kind that this version of the format does not know: its fields are as if they were not there.</summary>
    Unknown,
}

internal static class DynamicKinds
{
    public static bool IsPointer(this DynamicKind kind) =>
        kind is DynamicKind.Text or DynamicKind.Data or DynamicKind.List or DynamicKind.Struct or DynamicKind.Interface
            or DynamicKind.AnyPointer;

    /// <summary>Bits that a field of that kind takes of the data section.</summary>
    public static int DataBits(this DynamicKind kind) => kind switch
    {
        DynamicKind.Bool => 1,
        DynamicKind.Int8 or DynamicKind.UInt8 => 8,
        DynamicKind.Int16 or DynamicKind.UInt16 or DynamicKind.Enum => 16,
        DynamicKind.Int32 or DynamicKind.UInt32 or DynamicKind.Float32 => 32,
        DynamicKind.Int64 or DynamicKind.UInt64 or DynamicKind.Float64 => 64,
        _ => 0,
    };

    public static ElementSize ElementSize(this DynamicKind kind) => kind switch
    {
        DynamicKind.Struct => CapnProto.ElementSize.Composite,
        _ when kind.IsPointer() => CapnProto.ElementSize.Pointer,
        _ => kind.DataBits() switch
        {
            1 => CapnProto.ElementSize.Bit,
            8 => CapnProto.ElementSize.Byte,
            16 => CapnProto.ElementSize.TwoBytes,
            32 => CapnProto.ElementSize.FourBytes,
            64 => CapnProto.ElementSize.EightBytes,
            _ => CapnProto.ElementSize.Void,
        },
    };
}
