namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>Expressions that get and set a number, with its default applied by XOR.</summary>
internal static class NumberCode
{
    public static string Get(TypeNames types, SchemaField field)
    {
        var type = types.Number(field.Type);
        var offset = field.Offset * TypeNames.SizeBytes(field.Type);
        if (field.Default.Bits == 0)
            return $"_struct.Get<{type}>({offset})";
        var carrier = TypeNames.Carrier(field.Type);
        return FromBits(field.Type, type, $"({carrier})(_struct.Get<{carrier}>({offset}) ^ {TypeNames.Hex(field.Default.Bits)})");
    }

    public static string Set(TypeNames types, SchemaField field)
    {
        var offset = field.Offset * TypeNames.SizeBytes(field.Type);
        if (field.Default.Bits == 0)
            return $"_struct.Set({offset}, value)";
        var carrier = TypeNames.Carrier(field.Type);
        return $"_struct.Set({offset}, ({carrier})({ToBits(field.Type, carrier)} ^ {TypeNames.Hex(field.Default.Bits)}))";
    }

    /// <summary>A constant's value as C#.</summary>
    public static string Literal(TypeNames types, SchemaType type, ulong bits) => type.Kind switch
    {
        TypeKind.Bool => bits != 0 ? "true" : "false",
        TypeKind.Float32 => Float(BitConverter.UInt32BitsToSingle((uint)bits)),
        TypeKind.Float64 => Float(BitConverter.UInt64BitsToDouble(bits)),
        TypeKind.Enum => $"({types.Number(type)}){bits}",
        TypeKind.UInt8 or TypeKind.UInt16 or TypeKind.UInt32 or TypeKind.UInt64 => TypeNames.Hex(bits),
        _ => $"unchecked(({types.Number(type)}){TypeNames.Hex(bits)})",
    };

    private static string FromBits(SchemaType type, string name, string bits) => type.Kind switch
    {
        TypeKind.Float32 => $"BitConverter.UInt32BitsToSingle({bits})",
        TypeKind.Float64 => $"BitConverter.UInt64BitsToDouble({bits})",
        _ => $"unchecked(({name}){bits})",
    };

    private static string ToBits(SchemaType type, string carrier) => type.Kind switch
    {
        TypeKind.Float32 => "BitConverter.SingleToUInt32Bits(value)",
        TypeKind.Float64 => "BitConverter.DoubleToUInt64Bits(value)",
        _ => $"unchecked(({carrier})value)",
    };

    private static string Float(float value) => float.IsFinite(value)
        ? value.ToString("R", System.Globalization.CultureInfo.InvariantCulture) + "f"
        : float.IsNaN(value) ? "float.NaN" : value > 0 ? "float.PositiveInfinity" : "float.NegativeInfinity";

    private static string Float(double value) => double.IsFinite(value)
        ? value.ToString("R", System.Globalization.CultureInfo.InvariantCulture) + "d"
        : double.IsNaN(value) ? "double.NaN" : value > 0 ? "double.PositiveInfinity" : "double.NegativeInfinity";
}
