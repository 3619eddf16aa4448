using K8sMediaFlow.CapnProto.Dynamic;

namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>Expressions that get and set a number or bool, with its default applied by XOR.</summary>
internal static class NumberCode
{
    public static string Type(TypeNames types, SchemaField field) =>
        field.Type.Kind == DynamicKind.Bool ? "bool" : types.Number(field.Type);

    public static string Get(TypeNames types, SchemaField field)
    {
        if (field.Type.Kind == DynamicKind.Bool)
            return $"{Not(field)}_struct.GetBool({field.Offset})";
        var type = types.Number(field.Type);
        var offset = field.Offset * TypeNames.SizeBytes(field.Type);
        if (field.Default.Bits == 0)
            return $"_struct.Get<{type}>({offset})";
        var carrier = TypeNames.Carrier(field.Type);
        return FromBits(field.Type, type, $"({carrier})(_struct.Get<{carrier}>({offset}) ^ {TypeNames.Hex(field.Default.Bits)})");
    }

    public static string Set(SchemaField field)
    {
        if (field.Type.Kind == DynamicKind.Bool)
            return $"_struct.SetBool({field.Offset}, {Not(field)}value)";
        var offset = field.Offset * TypeNames.SizeBytes(field.Type);
        if (field.Default.Bits == 0)
            return $"_struct.Set({offset}, value)";
        var carrier = TypeNames.Carrier(field.Type);
        return $"_struct.Set({offset}, ({carrier})({ToBits(field.Type, carrier)} ^ {TypeNames.Hex(field.Default.Bits)}))";
    }

    /// <summary>Back to the default, which is stored as zero.</summary>
    public static string Clear(SchemaField field) => field.Type.Kind == DynamicKind.Bool
        ? $"_struct.SetBool({field.Offset}, false)"
        : $"_struct.Set({field.Offset * TypeNames.SizeBytes(field.Type)}, ({TypeNames.Carrier(field.Type)})0)";

    private static string Not(SchemaField field) => field.Default.Bits != 0 ? "!" : "";

    private static string FromBits(SchemaType type, string name, string bits) => type.Kind switch
    {
        DynamicKind.Float32 => $"global::System.BitConverter.UInt32BitsToSingle({bits})",
        DynamicKind.Float64 => $"global::System.BitConverter.UInt64BitsToDouble({bits})",
        _ => $"unchecked(({name}){bits})",
    };

    private static string ToBits(SchemaType type, string carrier) => type.Kind switch
    {
        DynamicKind.Float32 => "global::System.BitConverter.SingleToUInt32Bits(value)",
        DynamicKind.Float64 => "global::System.BitConverter.DoubleToUInt64Bits(value)",
        _ => $"unchecked(({carrier})value)",
    };
}
