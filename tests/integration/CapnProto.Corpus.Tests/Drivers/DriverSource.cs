using System.Text;
using K8sMediaFlow.CapnProto.Corpus.Tests.Model;

namespace K8sMediaFlow.CapnProto.Corpus.Tests.Drivers;

/// <summary>
/// Writes the C# of a <see cref="SchemaDriver"/>: as a user of the generated code would write it by hand, one method for each struct and
/// for each way in which its type parameters are bound.
/// </summary>
public sealed class DriverSource
{
    private readonly Dictionary<string, (int Number, CorpusType Type)> _instances = [];
    private readonly Queue<(int Number, CorpusType Type)> _waiting = [];

    private DriverSource(SchemaModel schema)
    {
        Schema = schema;
        Types = new CSharpTypes(schema.Name);
    }

    public SchemaModel Schema { get; }

    public CSharpTypes Types { get; }

    public StringBuilder Text { get; } = new();

    public static string Of(SchemaModel schema)
    {
        var source = new DriverSource(schema);
        source.Head();
        while (source._waiting.TryDequeue(out var instance))
        {
            new BuildSource(source).Struct(instance.Number, instance.Type);
            new DumpSource(source).Struct(instance.Number, instance.Type);
        }

        source.Line("}");
        return source.Text.ToString();
    }

    public void Line(string line) => Text.Append(line).Append('\n');

    /// <summary>The number of the methods for that struct with those arguments.</summary>
    public int Instance(CorpusType type)
    {
        var key = Types.Reader(type);
        if (_instances.TryGetValue(key, out var known))
            return known.Number;
        var added = _instances[key] = (_instances.Count, type);
        _waiting.Enqueue(added);
        return added.Item1;
    }

    private void Head()
    {
        Line("using System; using K8sMediaFlow.CapnProto; using K8sMediaFlow.CapnProto.Corpus.Tests.Drivers; using K8sMediaFlow.CapnProto.Corpus.Tests.Model;");
        Line($"namespace Corpus.Drivers;\npublic sealed class {Schema.Name} : SchemaDriver\n{{");
        var roots = Schema.Roots.Select(one => new CorpusType(Kind.Struct, Struct: one)).ToArray();
        Switch("Build(int root, ref MessageBuilder message, Val value)", roots,
            (root, number) => $"B{number}(message.InitRoot<{Types.Builder(root)}>(), value)");
        Switch("Update(int root, ref MessageBuilder message, Val value)", roots,
            (root, number) => $"B{number}(message.GetRoot<{Types.Builder(root)}>(), value)");
        Switch("Dump(int root, ref MessageReader message, DumpWriter dump)", roots,
            (root, number) => $"D{number}(message.Root<{Types.Reader(root)}>(), dump)");
        Line("private static void BuildAny(AnyPointerBuilder pointer, Val value)\n{\nswitch (value.Bits)\n{");
        Line("case AnyContent.Text: pointer.SetText(value.Bytes); break;");
        Line("case AnyContent.Data: pointer.SetData(value.Bytes); break;");
        Line("case AnyContent.Words: { var list = pointer.InitList<ulong>(value.Items.Count); for (var i = 0; i < list.Count; i++) list[i] = value.Items[i]!.Bits; break; }");
        for (var index = 0; index < roots.Length; index++)
            Line($"case AnyContent.FirstStruct + {index}: B{Instance(roots[index])}(pointer.InitStruct<{Types.Builder(roots[index])}>(), value.Items[0]!); break;");
        Line("}\n}");
    }

    private void Switch(string signature, CorpusType[] roots, Func<CorpusType, int, string> call)
    {
        Line($"public override void {signature}\n{{\nswitch (root)\n{{");
        for (var index = 0; index < roots.Length; index++)
            Line($"case {index}: {call(roots[index], Instance(roots[index]))}; break;");
        Line("}\n}");
    }
}
