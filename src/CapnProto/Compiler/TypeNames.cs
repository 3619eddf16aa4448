using System.Globalization;

namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>How schema types appear in C#, in the code of one node.</summary>
internal sealed class TypeNames(CSharpNames names, TypeParameters parameters, ulong contextId)
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

    public string GroupReader(ulong id) => names.Qualified(id) + ".Reader" + parameters.List(id);

    public string GroupBuilder(ulong id) => names.Qualified(id) + ".Builder" + parameters.List(id);

    public string StructReader(SchemaType type) => names.Qualified(type.Id) + ".Reader" + Arguments(type, PointerReader);

    public string StructBuilder(SchemaType type) => names.Qualified(type.Id) + ".Builder" + Arguments(type, PointerBuilder);

    public ListType List(SchemaType element) => element.Kind switch
    {
        TypeKind.Void => ListType.Voids,
        TypeKind.Bool => ListType.Bools,
        TypeKind.Text => ListType.Texts,
        TypeKind.Data => ListType.Datas,
        TypeKind.Struct => ListType.Structs(StructReader(element), StructBuilder(element)),
        TypeKind.List => ListType.Pointers(PointerReader(element), PointerBuilder(element)),
        TypeKind.AnyPointer when Parameter(element) is not null => ListType.Pointers(PointerReader(element), PointerBuilder(element)),
        TypeKind.Interface or TypeKind.AnyPointer => ListType.AnyPointers,
        _ => ListType.Numbers(Number(element)),
    };

    /// <summary>The name of the type parameter that the type is, or null.</summary>
    public string? Parameter(SchemaType type) => type.Parameter is { } parameter ? parameters.Find(contextId, parameter) : null;

    /// <summary>What reads it where a type parameter stands for it.</summary>
    public string PointerReader(SchemaType type) => type.Kind switch
    {
        TypeKind.Text => "capnp::Utf8Text",
        TypeKind.Data => "capnp::DataReader",
        TypeKind.List => List(type.Element!).Reader,
        TypeKind.Struct => StructReader(type),
        TypeKind.AnyPointer => Parameter(type) ?? "capnp::AnyPointerReader",
        _ => "capnp::AnyPointerReader",
    };

    /// <summary>What builds it where a type parameter stands for it.</summary>
    public string PointerBuilder(SchemaType type) => type.Kind switch
    {
        TypeKind.Text => "capnp::TextBuilder",
        TypeKind.Data => "capnp::DataBuilder",
        TypeKind.List when type.Element!.Kind != TypeKind.Void => List(type.Element!).Builder,
        TypeKind.Struct => StructBuilder(type),
        TypeKind.AnyPointer => Parameter(type) ?? "capnp::AnyPointerBuilder",
        _ => "capnp::AnyPointerBuilder",
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

    private string Arguments(SchemaType type, Func<SchemaType, string> nameOf)
    {
        var all = parameters.Of(type.Id);
        return all.Count == 0 ? "" : "<" + string.Join(", ", all.Select(one => nameOf(Bound(type, one.Parameter)))) + ">";
    }

    /// <summary>What a parameter of the named type's scopes is bound to here; what is not bound is any pointer.</summary>
    private static SchemaType Bound(SchemaType type, SchemaParameter parameter)
    {
        if (type.Bindings is null || !type.Bindings.TryGetValue(parameter.ScopeId, out var bound))
            return new SchemaType(TypeKind.AnyPointer);
        if (bound is null)
            return new SchemaType(TypeKind.AnyPointer, Parameter: parameter);
        return parameter.Index < bound.Length ? bound[parameter.Index] : new SchemaType(TypeKind.AnyPointer);
    }

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
