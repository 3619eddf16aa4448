using K8sMediaFlow.CapnProto.Corpus.Tests.Model;

namespace K8sMediaFlow.CapnProto.Corpus.Tests.Drivers;

/// <summary>Writes the method that dumps a struct through its reader.</summary>
public sealed class DumpSource(DriverSource source)
{
    private int _next;

    public void Struct(int number, CorpusType type)
    {
        source.Line($"private static void D{number}({source.Types.Reader(type)} r, DumpWriter d)\n{{");
        Members(type.Struct!.Members, type.AllArguments, "r", source.Types.Class(type.Struct));
        source.Line("}");
    }

    private string New(string prefix) => prefix + _next++;

    private void Raw(string text) => source.Line($"d.Raw(\"{text}\");");

    private void Members(List<Member> members, IReadOnlyList<CorpusType> arguments, string reader, string scope)
    {
        Raw("(");
        foreach (var member in members.OrderBy(one => one.Name, StringComparer.Ordinal))
        {
            if (member is GroupMember { IsUnion: true, Name.Length: 0 } union)
                Union(union, arguments, reader, scope);
            else
                Member(member, arguments, reader, scope);
        }

        Raw(")");
    }

    private void Union(GroupMember union, IReadOnlyList<CorpusType> arguments, string reader, string scope)
    {
        Raw("!");
        source.Line($"switch ({reader}.Which)\n{{");
        foreach (var member in union.Members)
        {
            source.Line($"case {scope}.Which.{CSharpTypes.Pascal(member.Name)}:");
            Member(member, arguments, reader, scope);
            source.Line("break;");
        }

        source.Line("default: d.Raw(\"?\"); break;\n}");
    }

    private void Member(Member member, IReadOnlyList<CorpusType> arguments, string reader, string scope)
    {
        var name = CSharpTypes.Pascal(member.Name);
        source.Line($"d.Name(\"{member.Name}\");");
        if (member is FieldMember field)
            Field(field, arguments, reader, name);
        else
            Group((GroupMember)member, arguments, $"{reader}.{name}", $"{scope}.{name}");
        Raw(";");
    }

    private void Group(GroupMember group, IReadOnlyList<CorpusType> arguments, string value, string scope)
    {
        var reader = New("g");
        source.Line($"var {reader} = {value};");
        if (!group.IsUnion)
        {
            Members(group.Members, arguments, reader, scope);
            return;
        }

        Raw("(");
        Union(group, arguments, reader, scope);
        Raw(")");
    }

    private void Field(FieldMember field, IReadOnlyList<CorpusType> arguments, string reader, string name)
    {
        var type = field.Type.With(arguments);
        if (type.Kind == Kind.Void)
            Raw("v");
        else if (!type.IsPointer)
            Value(type, $"{reader}.{name}");
        else
            Pointer(field, type, reader, name);
    }

    private void Pointer(FieldMember field, CorpusType type, string reader, string name)
    {
        source.Line($"if (!{reader}.Has{name}) d.Raw(\"~\");");
        source.Line(field.Default is null ? "else\n{" : "{");
        Value(type, $"{reader}.{name}");
        source.Line("}");
    }

    private void Value(CorpusType type, string value)
    {
        switch (type.Kind)
        {
            case Kind.Text: source.Line($"d.Bytes({value}.Bytes);"); break;
            case Kind.Data: source.Line($"d.Bytes({value});"); break;
            case Kind.Any: source.Line($"d.Any({value});"); break;
            case Kind.Struct: source.Line($"D{source.Instance(type)}({value}, d);"); break;
            case Kind.List: List(type.Element!, value); break;
            case Kind.Void: Raw("v"); break;
            default: source.Line($"d.Number({CSharpTypes.ToDump(type, value)});"); break;
        }
    }

    private void List(CorpusType element, string value)
    {
        var (list, item) = (New("l"), New("i"));
        Raw("[");
        source.Line($"var {list} = {value};");
        source.Line(element.Kind == Kind.Void
            ? $"for (var {item} = 0; {item} < {list}.Count; {item}++)\n{{"
            : $"foreach (var {item} in {list})\n{{");
        Value(element, item);
        Raw(",");
        source.Line("}");
        Raw("]");
    }
}
