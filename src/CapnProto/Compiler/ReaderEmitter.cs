using System.Text;

namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>Emits <c>Reader</c>: a property for each field.</summary>
internal sealed class ReaderEmitter(CSharpNames names, TypeNames types, SourceWriter source)
{
    public void Emit(SchemaNode node)
    {
        source.Separate();
        source.Open("public readonly ref struct Reader : IStructReader<Reader>");
        source.Line("private readonly StructReader _struct;");
        source.Separate();
        source.Line("public Reader(StructReader reader) => _struct = reader;");
        source.Separate();
        source.Line("/// <summary>The struct, untyped.</summary>");
        source.Line("public StructReader Raw => _struct;");
        if (node.MemberCount > 0)
        {
            source.Separate();
            source.Line($"public {names.Qualified(node.Id)}.Which Which => ({names.Qualified(node.Id)}.Which)_struct.Get<ushort>({node.MemberOffset * 2});");
        }

        foreach (var field in node.Fields)
            Field(node, field);
        source.Separate();
        source.Line("static Reader IStructReader<Reader>.From(StructReader reader) => new(reader);");
        source.Close();
    }

    private void Field(SchemaNode node, SchemaField field)
    {
        if (field.IsGroup)
            Property(node, field, types.Reader(field.GroupId), "new(_struct)");
        else if (TypeNames.IsNumber(field.Type))
            Property(node, field, types.Number(field.Type), NumberCode.Get(types, field));
        else if (field.Type.Kind == TypeKind.Bool)
            Property(node, field, "bool", (field.Default.Bits != 0 ? "!" : "") + $"_struct.GetBool({field.Offset})");
        else if (field.Type.Kind != TypeKind.Void)
            Pointer(node, field);
    }

    private void Pointer(SchemaNode node, SchemaField field)
    {
        source.Separate();
        var has = $"_struct.HasPointer({field.Offset})";
        if (field.Member is { } member)
            has = $"_struct.Get<ushort>({node.MemberOffset * 2}) == {member} && {has}";
        source.Line($"public bool Has{names.Member(node, field)} => {has};");
        switch (field.Type.Kind)
        {
            case TypeKind.Text:
                Property(node, field, "Utf8Text", Default(field, $"_struct.GetText({field.Offset})", "new Utf8Text({0})"));
                break;
            case TypeKind.Data:
                Property(node, field, "ReadOnlySpan<byte>", Default(field, $"_struct.GetData({field.Offset})", "{0}"));
                source.Separate();
                source.Line("/// <summary>As the property of that name, to be kept; a null or another union member is empty.</summary>");
                source.Line($"public BytesPlace {names.Member(node, field)}Place => Has{names.Member(node, field)} ? _struct.GetDataPlace({field.Offset}) : default;");
                break;
            case TypeKind.List:
                var list = types.ListReader(field.Type.Element!);
                Property(node, field, list, $"_struct.GetList({field.Offset}){types.ListCall(field.Type.Element!)}");
                break;
            case TypeKind.Struct:
                Property(node, field, types.Reader(field.Type.Id), $"new(_struct.GetStruct({field.Offset}))");
                break;
            case TypeKind.AnyPointer:
                Property(node, field, "AnyPointerReader", $"_struct.GetAny({field.Offset})");
                break;
        }
    }

    private void Property(SchemaNode node, SchemaField field, string type, string expression)
    {
        source.Separate();
        source.Doc(field.Doc);
        var header = $"public {type} {names.Member(node, field)}";
        if (field.Member is not { } member)
        {
            source.Line($"{header} => {expression};");
            return;
        }

        source.Open(header);
        source.Open("get");
        source.Line($"_struct.RequireMember({node.MemberOffset * 2}, {member});");
        source.Line($"return {expression};");
        source.Close();
        source.Close();
    }

    private static string Default(SchemaField field, string get, string wrap)
    {
        if (field.Default.Bytes.Length == 0)
            return get;
        var bytes = new StringBuilder("[");
        bytes.AppendJoin(", ", field.Default.Bytes).Append(']');
        var literal = string.Format(System.Globalization.CultureInfo.InvariantCulture, wrap, bytes);
        return $"_struct.HasPointer({field.Offset}) ? {get} : {literal}";
    }
}
