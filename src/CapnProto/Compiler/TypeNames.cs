using System.Globalization;

namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>How schema types appear in C#.</summary>
internal sealed class TypeNames(CSharpNames names)
{
    public static bool IsNumber(SchemaType type) => type.Kind is >= TypeKind.Int8 and <= TypeKind.Float64 or TypeKind.Enum;

    public static int SizeBytes(SchemaType type) => type.Kind switch
    {
        TypeKind.Int8 or TypeKind.UInt8 => 1,
        TypeKind.Int16 or TypeKind.UInt16 or TypeKind.Enum => 2,
        TypeKind.Int32 or TypeKind.UInt32 or TypeKind.Float32 => 4,
        _ => 8,
    };

    public string Number(SchemaType type) => type.Kind == TypeKind.Enum ? names.Qualified(type.Id) : Primitive(type.Kind);

    public string Reader(ulong id) => names.Qualified(id) + ".Reader";

    public string Builder(ulong id) => names.Qualified(id) + ".Builder";

    public string ListReader(SchemaType element) => element.Kind switch
    {
        TypeKind.Void => "ListReader",
        TypeKind.Bool => "BoolListReader",
        TypeKind.Text => "TextListReader",
        TypeKind.Data => "DataListReader",
        TypeKind.Struct => $"StructListReader<{Reader(element.Id)}>",
        TypeKind.List or TypeKind.Interface or TypeKind.AnyPointer => "PointerListReader",
        _ => $"ListReader<{Number(element)}>",
    };

    /// <summary>The call that turns a raw list into the typed one.</summary>
    public string ListCall(SchemaType element) => element.Kind switch
    {
        TypeKind.Void => "",
        TypeKind.Bool => ".AsBools()",
        TypeKind.Text => ".AsTexts()",
        TypeKind.Data => ".AsDatas()",
        TypeKind.Struct => $".AsStructs<{Reader(element.Id)}>()",
        TypeKind.List or TypeKind.Interface or TypeKind.AnyPointer => ".AsPointers()",
        _ => $".As<{Number(element)}>()",
    };

    public string ListBuilder(SchemaType element) => element.Kind switch
    {
        TypeKind.Void => "void",
        TypeKind.Bool => "BoolListBuilder",
        TypeKind.Struct => $"StructListBuilder<{Builder(element.Id)}>",
        TypeKind.Text or TypeKind.Data or TypeKind.List or TypeKind.Interface or TypeKind.AnyPointer => "PointerListBuilder",
        _ => $"ListBuilder<{Number(element)}>",
    };

    public string ListInit(SchemaType element) => element.Kind switch
    {
        TypeKind.Void => "InitVoids",
        TypeKind.Bool => "InitBools",
        TypeKind.Struct => $"InitStructs<{Builder(element.Id)}>",
        TypeKind.Text or TypeKind.Data or TypeKind.List or TypeKind.Interface or TypeKind.AnyPointer => "InitPointers",
        _ => $"InitList<{Number(element)}>",
    };

    /// <summary>The unsigned type in which a default is applied by XOR.</summary>
    public static string Carrier(SchemaType type) => SizeBytes(type) switch
    {
        1 => "byte",
        2 => "ushort",
        4 => "uint",
        _ => "ulong",
    };

    public static string Hex(ulong bits) => "0x" + bits.ToString("x", CultureInfo.InvariantCulture);

    private static string Primitive(TypeKind kind) => kind switch
    {
        TypeKind.Int8 => "sbyte",
        TypeKind.Int16 => "short",
        TypeKind.Int32 => "int",
        TypeKind.Int64 => "long",
        TypeKind.UInt8 => "byte",
        TypeKind.UInt16 => "ushort",
        TypeKind.UInt32 => "uint",
        TypeKind.UInt64 => "ulong",
        TypeKind.Float32 => "float",
        TypeKind.Float64 => "double",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a number"),
    };
}
