using System.Globalization;
using K8sMediaFlow.CapnProto.Dynamic;

namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>How schema types appear in C#, in the code of one node.</summary>
internal sealed class TypeNames(CSharpNames names, TypeParameters parameters, ulong contextId)
{
    public static bool IsNumber(SchemaType type) => type.Kind is >= DynamicKind.Int8 and <= DynamicKind.Float64 or DynamicKind.Enum;

    public static int SizeBytes(SchemaType type) => type.Kind switch
    {
        DynamicKind.Int8 or DynamicKind.UInt8 => 1,
        DynamicKind.Int16 or DynamicKind.UInt16 or DynamicKind.Enum => 2,
        DynamicKind.Int32 or DynamicKind.UInt32 or DynamicKind.Float32 => 4,
        _ => 8,
    };

    public string Number(SchemaType type) => type.Kind == DynamicKind.Enum ? names.Qualified(type.Id) : Primitive(type.Kind);

    public string GroupReader(ulong id) => names.Qualified(id) + ".Reader" + parameters.List(id);

    public string GroupBuilder(ulong id) => names.Qualified(id) + ".Builder" + parameters.List(id);

    public string StructReader(SchemaType type) => names.Qualified(type.Id) + ".Reader" + Arguments(type, PointerReader);

    public string StructBuilder(SchemaType type) => names.Qualified(type.Id) + ".Builder" + Arguments(type, PointerBuilder);

    public ListType List(SchemaType element) => element.Kind switch
    {
        DynamicKind.Void => ListType.Voids,
        DynamicKind.Bool => ListType.Bools,
        DynamicKind.Text => ListType.Texts,
        DynamicKind.Data => ListType.Datas,
        DynamicKind.Struct => ListType.Structs(StructReader(element), StructBuilder(element)),
        DynamicKind.List => ListType.Pointers(PointerReader(element), PointerBuilder(element)),
        DynamicKind.AnyPointer when Parameter(element) is not null => ListType.Pointers(PointerReader(element), PointerBuilder(element)),
        DynamicKind.Interface or DynamicKind.AnyPointer => ListType.AnyPointers,
        _ => ListType.Numbers(Number(element)),
    };

    /// <summary>The name of the type parameter that the type is, or null.</summary>
    public string? Parameter(SchemaType type) => type.Parameter is { } parameter ? parameters.Find(contextId, parameter) : null;

    /// <summary>What reads it where a type parameter stands for it.</summary>
    public string PointerReader(SchemaType type) => type.Kind switch
    {
        DynamicKind.Text => "capnp::Utf8Text",
        DynamicKind.Data => "capnp::DataReader",
        DynamicKind.List => List(type.Element!).Reader,
        DynamicKind.Struct => StructReader(type),
        DynamicKind.AnyPointer => Parameter(type) ?? "capnp::AnyPointerReader",
        _ => "capnp::AnyPointerReader",
    };

    /// <summary>What builds it where a type parameter stands for it.</summary>
    public string PointerBuilder(SchemaType type) => type.Kind switch
    {
        DynamicKind.Text => "capnp::TextBuilder",
        DynamicKind.Data => "capnp::DataBuilder",
        DynamicKind.List when type.Element!.Kind != DynamicKind.Void => List(type.Element!).Builder,
        DynamicKind.Struct => StructBuilder(type),
        DynamicKind.AnyPointer => Parameter(type) ?? "capnp::AnyPointerBuilder",
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
            return new SchemaType(DynamicKind.AnyPointer);
        if (bound is null)
            return new SchemaType(DynamicKind.AnyPointer, Parameter: parameter);
        return parameter.Index < bound.Length ? bound[parameter.Index] : new SchemaType(DynamicKind.AnyPointer);
    }

    private static string Primitive(DynamicKind kind) => kind switch
    {
        DynamicKind.Int8 => "sbyte",
        DynamicKind.Int16 => "short",
        DynamicKind.Int32 => "int",
        DynamicKind.Int64 => "long",
        DynamicKind.UInt8 => "byte",
        DynamicKind.UInt16 => "ushort",
        DynamicKind.UInt32 => "uint",
        DynamicKind.UInt64 => "ulong",
        DynamicKind.Float32 => "float",
        DynamicKind.Float64 => "double",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "not a number"),
    };
}
