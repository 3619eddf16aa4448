using K8sMediaFlow.CapnProto.Corpus.Tests.Model;

namespace K8sMediaFlow.CapnProto.Corpus.Tests.Drivers;

/// <summary>The names that generated code must have, by the guide's rules; the generator is not asked.</summary>
public sealed class CSharpTypes(string schemaName)
{
    public static string Pascal(string name) => char.ToUpperInvariant(name[0]) + name[1..];

    public string Class(StructModel model) => $"global::Corpus.{schemaName}.{model.Path}";

    public string Enum(EnumModel model) =>
        $"global::Corpus.{schemaName}.{(model.Parent is null ? "" : model.Parent.Path + ".")}{model.Name}";

    public string Reader(CorpusType type) => Class(type.Struct!) + ".Reader" + Arguments(type, PointerReader);

    public string Builder(CorpusType type) => Class(type.Struct!) + ".Builder" + Arguments(type, PointerBuilder);

    public static string Arguments(CorpusType type, Func<CorpusType, string> nameOf)
    {
        var all = type.AllArguments;
        return all.Count == 0 ? "" : "<" + string.Join(", ", all.Select(nameOf)) + ">";
    }

    public string PointerReader(CorpusType type) => type.Kind switch
    {
        Kind.Text => "Utf8Text",
        Kind.Data => "DataReader",
        Kind.Struct => Reader(type),
        Kind.List => ListReader(type.Element!),
        _ => "AnyPointerReader",
    };

    public string PointerBuilder(CorpusType type) => type.Kind switch
    {
        Kind.Text => "TextBuilder",
        Kind.Data => "DataBuilder",
        Kind.Struct => Builder(type),
        Kind.List when type.Element!.Kind != Kind.Void => ListBuilder(type.Element!),
        _ => "AnyPointerBuilder",
    };

    public string ListBuilder(CorpusType element) => element.Kind switch
    {
        Kind.Bool => "BoolListBuilder",
        Kind.Text or Kind.Data => "PointerListBuilder",
        Kind.Struct => $"StructListBuilder<{Builder(element)}>",
        Kind.List => $"PointerListBuilder<{PointerBuilder(element)}>",
        _ => $"ListBuilder<{Number(element)}>",
    };

    public string Number(CorpusType type) => type.Kind switch
    {
        Kind.Int8 => "sbyte",
        Kind.Int16 => "short",
        Kind.Int32 => "int",
        Kind.Int64 => "long",
        Kind.UInt8 => "byte",
        Kind.UInt16 => "ushort",
        Kind.UInt32 => "uint",
        Kind.UInt64 => "ulong",
        Kind.Float32 => "float",
        Kind.Float64 => "double",
        _ => Enum(type.Enum!),
    };

    /// <summary>A number, bool or enum from the bits of a value.</summary>
    public string FromBits(CorpusType type, string bits) => type.Kind switch
    {
        Kind.Bool => $"{bits} != 0",
        Kind.Float32 => $"BitConverter.UInt32BitsToSingle((uint){bits})",
        Kind.Float64 => $"BitConverter.UInt64BitsToDouble({bits})",
        _ => $"unchecked(({Number(type)}){bits})",
    };

    /// <summary>As the dump takes it.</summary>
    public static string ToDump(CorpusType type, string value) => type.Kind switch
    {
        Kind.Bool or Kind.Float32 or Kind.Float64 => value,
        Kind.Int8 or Kind.Int16 or Kind.Int32 or Kind.Int64 => $"(long){value}",
        _ => $"(ulong){value}",
    };

    private string ListReader(CorpusType element) => element.Kind switch
    {
        Kind.Void => "ListReader",
        Kind.Bool => "BoolListReader",
        Kind.Text => "TextListReader",
        Kind.Data => "DataListReader",
        Kind.Struct => $"StructListReader<{Reader(element)}>",
        Kind.List => $"PointerListReader<{PointerReader(element)}>",
        _ => $"ListReader<{Number(element)}>",
    };
}
