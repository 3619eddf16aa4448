using System.Globalization;
using System.Text;

namespace K8sMediaFlow.CapnProto.Corpus.Tests.Model;

/// <summary>A random schema in the schema language.</summary>
public sealed class SchemaText
{
    private readonly StringBuilder _text = new();

    public static string Of(SchemaModel schema)
    {
        var text = new SchemaText();
        text.Line(0, $"@0x{schema.Id:x};");
        text.Line(0, "using CSharp = import \"/csharp.capnp\";");
        text.Line(0, $"$CSharp.namespace(\"Corpus.{schema.Name}\");");
        foreach (var one in schema.Enums)
            text.Enum(one, 0);
        foreach (var one in schema.Structs)
            text.Struct(one, 0);
        return text._text.ToString();
    }

    private void Line(int depth, string line) => _text.Append(' ', depth * 2).Append(line).Append('\n');

    private void Enum(EnumModel model, int depth)
    {
        var enumerants = model.Enumerants.Select((name, index) => $"{name} @{index};");
        Line(depth, $"enum {model.Name} {{ {string.Join(' ', enumerants)} }}");
    }

    private void Struct(StructModel model, int depth)
    {
        var parameters = model.OwnParameters.Count == 0 ? "" : $" ({string.Join(", ", model.OwnParameters)})";
        Line(depth, $"struct {model.Name} @0x{model.Id:x}{parameters} {{");
        foreach (var one in model.Enums)
            Enum(one, depth + 1);
        foreach (var one in model.Structs)
            Struct(one, depth + 1);
        Members(model, model.Members, depth + 1);
        Line(depth, "}");
    }

    private void Members(StructModel scope, List<Member> members, int depth)
    {
        foreach (var member in members)
        {
            if (member is FieldMember field)
            {
                var value = field.Default is null ? "" : " = " + Value(field.Type, field.Default);
                Line(depth, $"{field.Name} @{field.Ordinal} : {Type(scope, field.Type)}{value};");
                continue;
            }

            var group = (GroupMember)member;
            var head = group.Name.Length == 0 ? "union {" : $"{group.Name} : {(group.IsUnion ? "union" : "group")} {{";
            Line(depth, head);
            Members(scope, group.Members, depth + 1);
            Line(depth, "}");
        }
    }

    private static string Type(StructModel scope, CorpusType type) => type.Kind switch
    {
        Kind.Any => "AnyPointer",
        Kind.List => $"List({Type(scope, type.Element!)})",
        Kind.Enum => (type.Enum!.Parent is null ? "." : "." + type.Enum.Parent.Path + ".") + type.Enum.Name,
        Kind.Parameter => scope.AllParameters[type.Parameter],
        Kind.Struct => StructType(scope, type.Struct!, type.Arguments ?? []),
        _ => type.Kind.ToString(),
    };

    /// <summary>The arguments stand behind the scope that declares their parameters.</summary>
    private static string StructType(StructModel scope, StructModel target, IReadOnlyList<CorpusType> arguments)
    {
        var outer = target.Parent is null ? "." : StructType(scope, target.Parent, arguments) + ".";
        var own = arguments.Skip(target.Parent?.AllParameters.Count ?? 0).Take(target.OwnParameters.Count).Select(one => Type(scope, one))
            .ToArray();
        return outer + target.Name + (own.Length == 0 ? "" : $"({string.Join(", ", own)})");
    }

    private static string Value(CorpusType type, Val value) => type.Kind switch
    {
        Kind.Bool => value.Bits != 0 ? "true" : "false",
        Kind.Int8 => ((sbyte)value.Bits).ToString(CultureInfo.InvariantCulture),
        Kind.Int16 => ((short)value.Bits).ToString(CultureInfo.InvariantCulture),
        Kind.Int32 => ((int)value.Bits).ToString(CultureInfo.InvariantCulture),
        Kind.Int64 => ((long)value.Bits).ToString(CultureInfo.InvariantCulture),
        Kind.Float32 => Float(BitConverter.UInt32BitsToSingle((uint)value.Bits)),
        Kind.Float64 => Float(BitConverter.UInt64BitsToDouble(value.Bits)),
        Kind.Enum => type.Enum!.Enumerants[(int)value.Bits],
        Kind.Text => "\"" + string.Concat(value.Bytes.Select(one => $"\\x{one:x2}")) + "\"",
        Kind.Data when value.Bytes.Length == 0 => "\"\"",
        Kind.Data => "0x\"" + Convert.ToHexString(value.Bytes) + "\"",
        Kind.List => "[" + string.Join(", ", value.Items.Select(item => Value(type.Element!, item!))) + "]",
        Kind.Struct => "(" + string.Join(", ", Fields(type, value)) + ")",
        Kind.Void => "void",
        _ => value.Bits.ToString(CultureInfo.InvariantCulture),
    };

    private static IEnumerable<string> Fields(CorpusType type, Val value) => type.Struct!.Members.OfType<FieldMember>()
        .Where(field => value.Fields.ContainsKey(field.Name))
            .Select(field => $"{field.Name} = {Value(field.Type, value.Fields[field.Name])}");

    /// <summary>The language knows a negative zero only with its point.</summary>
    private static string Float(double value) => double.IsNaN(value) ? "nan" : value == 0 && double.IsNegative(value) ? "-0.0"
        : double.IsInfinity(value) ? (value > 0 ? "inf" : "-inf") : value.ToString("R", CultureInfo.InvariantCulture);

    private static string Float(float value) =>
        float.IsFinite(value) && value != 0 ? value.ToString("R", CultureInfo.InvariantCulture) : Float((double)value);
}
