namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>Emits <c>Builder</c>: properties for values, Init methods for what needs room.</summary>
internal sealed class BuilderEmitter(CSharpNames names, TypeNames types, SourceWriter source)
{
    public void Emit(SchemaNode node)
    {
        source.Separate();
        source.Open("public readonly ref struct Builder : IStructBuilder<Builder>");
        source.Line("private readonly StructBuilder _struct;");
        source.Separate();
        source.Line("public Builder(StructBuilder builder) => _struct = builder;");
        source.Separate();
        source.Line("/// <summary>The struct, untyped.</summary>");
        source.Line("public StructBuilder Raw => _struct;");
        if (node.MemberCount > 0)
        {
            source.Separate();
            source.Line($"public {names.Qualified(node.Id)}.Which Which => ({names.Qualified(node.Id)}.Which)_struct.Get<ushort>({node.MemberOffset * 2});");
        }

        foreach (var field in node.Fields)
            Field(node, field);
        source.Separate();
        source.Line($"static StructSize IStructBuilder<Builder>.Size => new({node.Size.DataWords}, {node.Size.PointerCount});");
        source.Separate();
        source.Line("static Builder IStructBuilder<Builder>.From(StructBuilder builder) => new(builder);");
        source.Close();
    }

    private void Field(SchemaNode node, SchemaField field)
    {
        if (field.IsGroup)
            Group(node, field);
        else if (TypeNames.IsNumber(field.Type))
            Value(node, field, types.Number(field.Type), NumberCode.Get(types, field), NumberCode.Set(types, field));
        else if (field.Type.Kind == TypeKind.Bool)
            Bool(node, field);
        else if (field.Type.Kind == TypeKind.Void)
            Void(node, field);
        else
            Pointer(node, field);
    }

    private void Group(SchemaNode node, SchemaField field)
    {
        if (field.Member is null)
            Simple(field, $"public {types.Builder(field.GroupId)} {names.Member(node, field)} => new(_struct);");
        else
            Method(node, field, types.Builder(field.GroupId), $"Init{names.Member(node, field)}()", "new(_struct)");
    }

    private void Bool(SchemaNode node, SchemaField field)
    {
        var not = field.Default.Bits != 0 ? "!" : "";
        Value(node, field, "bool", $"{not}_struct.GetBool({field.Offset})", $"_struct.SetBool({field.Offset}, {not}value)");
    }

    private void Void(SchemaNode node, SchemaField field)
    {
        if (field.Member is not null)
            Method(node, field, "void", $"Set{names.Member(node, field)}()", null);
    }

    private void Pointer(SchemaNode node, SchemaField field)
    {
        var name = names.Member(node, field);
        var index = field.Offset;
        switch (field.Type.Kind)
        {
            case TypeKind.Text:
                SetOnly(node, field, "string?", $"_struct.SetText({index}, value)");
                Method(node, field, "void", $"Set{name}(ReadOnlySpan<byte> utf8)", $"_struct.SetText({index}, utf8)");
                break;
            case TypeKind.Data:
                SetOnly(node, field, "ReadOnlySpan<byte>", $"_struct.SetData({index}, value)");
                Method(
                    node,
                    field,
                    "Span<byte>",
                    $"Init{name}(int lengthBytes, int alignmentBytes = 8)",
                    $"_struct.InitData({index}, lengthBytes, alignmentBytes)");
                Method(
                    node,
                    field,
                    "void",
                    $"SetExternal{name}(int externalSegment, int lengthBytes)",
                    $"_struct.SetExternalData({index}, externalSegment, lengthBytes)");
                break;
            case TypeKind.List:
                var element = field.Type.Element!;
                Method(node, field, types.ListBuilder(element), $"Init{name}(int count)", $"_struct.{types.ListInit(element)}({index}, count)");
                break;
            case TypeKind.Struct:
                var builder = types.Builder(field.Type.Id);
                Method(node, field, builder, $"Init{name}()", $"_struct.InitStruct<{builder}>({index})");
                break;
            case TypeKind.AnyPointer:
                Method(node, field, "AnyPointerBuilder", $"Init{name}()", $"_struct.GetAny({index})");
                break;
        }
    }

    private void Simple(SchemaField field, string line)
    {
        source.Separate();
        source.Doc(field.Doc);
        source.Line(line);
    }

    private void Value(SchemaNode node, SchemaField field, string type, string get, string set)
    {
        source.Separate();
        source.Doc(field.Doc);
        source.Open($"public {type} {names.Member(node, field)}");
        source.Line($"get => {get};");
        Setter(node, field, set);
        source.Close();
    }

    private void SetOnly(SchemaNode node, SchemaField field, string type, string set)
    {
        source.Separate();
        source.Doc(field.Doc);
        source.Open($"public {type} {names.Member(node, field)}");
        Setter(node, field, set);
        source.Close();
    }

    private void Setter(SchemaNode node, SchemaField field, string set)
    {
        if (field.Member is not { } member)
        {
            source.Line($"set => {set};");
            return;
        }

        source.Open("set");
        source.Line(Choose(node, member));
        source.Line(set + ";");
        source.Close();
    }

    private void Method(SchemaNode node, SchemaField field, string type, string signature, string? expression)
    {
        source.Separate();
        source.Doc(field.Doc);
        if (field.Member is not { } member)
        {
            source.Line($"public {type} {signature} => {expression};");
            return;
        }

        source.Open($"public {type} {signature}");
        source.Line(Choose(node, member));
        if (expression is not null)
            source.Line((type == "void" ? "" : "return ") + expression + ";");
        source.Close();
    }

    private static string Choose(SchemaNode node, ushort member) => $"_struct.Set({node.MemberOffset * 2}, (ushort){member});";
}
