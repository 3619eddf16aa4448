using K8sMediaFlow.CapnProto.Dynamic;

namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>Emits <c>Builder</c>: properties for values, Init methods for what needs room.</summary>
internal sealed class BuilderEmitter(NodeCode code)
{
    private readonly PointerBuilderEmitter _pointers = new(code);

    public void Emit()
    {
        var source = code.Source;
        var self = "Builder" + code.Parameters.List(code.Node.Id);
        var constraints = code.Parameters.Constraints(code.Node.Id, "capnp::IPointerBuilder");
        source.Separate();
        source.Line($"/// <summary>Builds a {code.Names.Type(code.Node)} in its message.</summary>");
        source.Open($"public readonly ref struct {self} : capnp::IStructBuilder<{self}>{constraints}");
        source.Line("private readonly capnp::StructBuilder _struct;");
        source.Separate();
        source.Line("public Builder(capnp::StructBuilder builder) => _struct = builder;");
        source.Separate();
        source.Line("/// <summary>The struct, untyped.</summary>");
        source.Line("public capnp::StructBuilder Raw => _struct;");
        code.Which();
        foreach (var field in code.Node.Fields)
            Field(field);
        source.Separate();
        source.Line($"static capnp::StructSize capnp::IStructBuilder<{self}>.Size => new({code.Node.Size.DataWords}, {code.Node.Size.PointerCount});");
        source.Separate();
        source.Line($"static {self} capnp::IStructBuilder<{self}>.From(capnp::StructBuilder builder) => new(builder);");
        source.Close();
    }

    private void Field(SchemaField field)
    {
        if (field.IsGroup)
            Group(field);
        else if (TypeNames.IsNumber(field.Type) || field.Type.Kind == DynamicKind.Bool)
            Value(field);
        else if (field.Type.Kind == DynamicKind.Void)
            Void(field);
        else
            _pointers.Emit(field);
    }

    /// <summary>In a union the members share their room: choosing a group clears what another member left there.</summary>
    private void Group(SchemaField field)
    {
        var type = code.Types.GroupBuilder(field.GroupId);
        code.Property(field, type, "new(_struct)");
        if (field.Member is not null)
            code.Method(field, type, $"Init{code.Name(field)}()", "new(_struct)", [.. Clear(code.Names.Node(field.GroupId)).Distinct()]);
    }

    private IEnumerable<string> Clear(SchemaNode group)
    {
        if (group.MemberCount > 0)
            yield return $"_struct.Set({group.MemberOffset * 2}, (ushort)0);";
        foreach (var field in group.Fields)
        {
            var lines = field.IsGroup ? Clear(code.Names.Node(field.GroupId))
                : TypeNames.IsNumber(field.Type) || field.Type.Kind == DynamicKind.Bool ? [NumberCode.Clear(field) + ";"]
                : field.Type.Kind == DynamicKind.Void ? [] : (IEnumerable<string>)[$"_struct.Clear({field.Offset});"];
            foreach (var line in lines)
                yield return line;
        }
    }

    private void Void(SchemaField field)
    {
        if (field.Member is not null)
            code.Method(field, "void", $"Set{code.Name(field)}()", "");
    }

    private void Value(SchemaField field)
    {
        code.Source.Separate();
        code.Source.Doc(field.Doc);
        code.Source.Open($"public {NumberCode.Type(code.Types, field)} {code.Name(field)}");
        Accessor(field, "get", field.Member is { } read ? code.Require(read) : null, "return " + NumberCode.Get(code.Types, field));
        Accessor(field, "set", field.Member is { } write ? code.Choose(write) : null, NumberCode.Set(field));
        code.Source.Close();
    }

    private void Accessor(SchemaField field, string name, string? first, string statement)
    {
        if (first is null)
        {
            code.Source.Line($"{name} => {(statement.StartsWith("return ", StringComparison.Ordinal) ? statement[7..] : statement)};");
            return;
        }

        code.Source.Open(name);
        code.Source.Line(first);
        code.Source.Line(statement + ";");
        code.Source.Close();
    }
}
