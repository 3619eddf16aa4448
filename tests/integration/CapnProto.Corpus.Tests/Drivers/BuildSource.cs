using K8sMediaFlow.CapnProto.Corpus.Tests.Model;

namespace K8sMediaFlow.CapnProto.Corpus.Tests.Drivers;

/// <summary>Writes the method that builds a struct from a value.</summary>
public sealed class BuildSource(DriverSource source)
{
    private readonly CSharpTypes _types = source.Types;
    private int _next;

    public void Struct(int number, CorpusType type)
    {
        source.Line($"private static void B{number}({_types.Builder(type)} b, Val v)\n{{");
        Members(type.Struct!.Members, type.AllArguments, "b", "v");
        source.Line("}");
    }

    private string New(string prefix) => prefix + _next++;

    private void Members(List<Member> members, IReadOnlyList<CorpusType> arguments, string builder, string value)
    {
        foreach (var member in members)
        {
            if (member is GroupMember { IsUnion: true } union)
                Union(union, arguments, builder, value);
            else
                Member(member, arguments, builder, value, isInUnion: false);
        }
    }

    private void Union(GroupMember union, IReadOnlyList<CorpusType> arguments, string builder, string value)
    {
        var (inner, innerValue) = (builder, value);
        if (union.Name.Length > 0)
        {
            (inner, innerValue) = (New("u"), New("x"));
            source.Line($"if ({value}.Field(\"{union.Name}\") is {{ }} {innerValue})\n{{\nvar {inner} = {builder}.{CSharpTypes.Pascal(union.Name)};");
        }

        foreach (var member in union.Members)
            Member(member, arguments, inner, innerValue, isInUnion: true);
        if (union.Name.Length > 0)
            source.Line("}");
    }

    private static GroupMember Unnamed(GroupMember union)
    {
        var unnamed = new GroupMember("", isUnion: true);
        unnamed.Members.AddRange(union.Members);
        return unnamed;
    }

    private void Member(Member member, IReadOnlyList<CorpusType> arguments, string builder, string value, bool isInUnion)
    {
        var (set, name) = (New("x"), CSharpTypes.Pascal(member.Name));
        source.Line($"if ({value}.Field(\"{member.Name}\") is {{ }} {set})\n{{");
        if (member is GroupMember group)
        {
            var inner = New("g");
            source.Line($"var {inner} = {builder}.{(isInUnion ? $"Init{name}()" : name)};");
            if (group.IsUnion)
                Union(Unnamed(group), arguments, inner, set);
            else
                Members(group.Members, arguments, inner, set);
        }
        else
        {
            Field(((FieldMember)member).Type, arguments, builder, name, set, isInUnion);
        }

        source.Line("}");
    }

    private void Field(CorpusType declared, IReadOnlyList<CorpusType> arguments, string builder, string name, string value, bool isInUnion)
    {
        var type = declared.With(arguments);
        if (declared.Kind == Kind.Parameter)
            Pointer(type, $"{builder}.Init{name}()", value);
        else if (type.IsNumber || type.Kind == Kind.Bool)
            source.Line($"{builder}.{name} = {_types.FromBits(type, value + ".Bits")};");
        else if (type.Kind == Kind.Void)
            source.Line(isInUnion ? $"{builder}.Set{name}();" : $"_ = {value};");
        else if (type.Kind == Kind.Text)
            source.Line($"if ({value}.Bytes.Length % 2 == 0) {builder}.Set{name}({value}.Bytes); else {builder}.{name} = System.Text.Encoding.UTF8.GetString({value}.Bytes);");
        else if (type.Kind == Kind.Data)
            source.Line($"if ({value}.Bytes.Length % 2 == 0) {builder}.{name} = {value}.Bytes; else {value}.Bytes.CopyTo({builder}.Init{name}({value}.Bytes.Length));");
        else if (type.Kind == Kind.Struct)
            source.Line($"B{source.Instance(type)}({builder}.Init{name}(), {value});");
        else if (type.Kind == Kind.Any)
            source.Line($"BuildAny({builder}.Init{name}(), {value});");
        else
            List(type.Element!, $"{builder}.Init{name}({value}.Items.Count)", value);
    }

    private void Pointer(CorpusType type, string pointer, string value)
    {
        var count = $"{value}.Items.Count";
        switch (type.Kind)
        {
            case Kind.Text: source.Line($"{pointer}.SetText({value}.Bytes);"); break;
            case Kind.Data: source.Line($"{pointer}.SetData({value}.Bytes);"); break;
            case Kind.Struct: source.Line($"B{source.Instance(type)}({pointer}.InitStruct<{_types.Builder(type)}>(), {value});"); break;
            case Kind.Any: source.Line($"BuildAny({pointer}, {value});"); break;
            case Kind.List when type.Element!.Kind == Kind.Void: source.Line($"{pointer}.InitVoids({count});"); break;
            default: List(type.Element!, $"{pointer}.Init<{_types.ListBuilder(type.Element!)}>({count})", value); break;
        }
    }

    private void List(CorpusType element, string init, string value)
    {
        if (element.Kind == Kind.Void)
        {
            source.Line(init + ";");
            return;
        }

        var (list, index, item) = (New("l"), New("i"), New("x"));
        source.Line($"var {list} = {init};\nfor (var {index} = 0; {index} < {list}.Count; {index}++)\n{{\nif ({value}.Items[{index}] is not {{ }} {item}) continue;");
        var at = $"{list}[{index}]";
        if (element.IsNumber || element.Kind == Kind.Bool)
            source.Line($"{at} = {_types.FromBits(element, item + ".Bits")};");
        else if (element.Kind == Kind.Struct)
            source.Line($"B{source.Instance(element)}({at}, {item});");
        else if (element is { Kind: Kind.List, Element.Kind: not Kind.Void })
            List(element.Element!, $"{list}.Init({index}, {item}.Items.Count)", item);
        else
            Pointer(element, element.Kind == Kind.List ? $"{list}.Raw[{index}]" : at, item);
        source.Line("}");
    }
}
