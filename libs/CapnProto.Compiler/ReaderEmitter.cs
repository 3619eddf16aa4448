using K8sMediaFlow.CapnProto.Dynamic;

namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>Emits <c>Reader</c>: a property for each field.</summary>
internal sealed class ReaderEmitter(NodeCode code)
{
    private readonly TypeNames _types = code.Types;

    public void Emit()
    {
        var source = code.Source;
        var self = "Reader" + code.Parameters.List(code.Node.Id);
        var constraints = code.Parameters.Constraints(code.Node.Id, "capnp::IPointerReader");
        source.Separate();
        source.Line($"/// <summary>Reads a {code.Names.Type(code.Node)} where it lies in its message.</summary>");
        source.Open($"public readonly ref struct {self} : capnp::IStructReader<{self}>{constraints}");
        source.Line("private readonly capnp::StructReader _struct;");
        source.Separate();
        source.Line("public Reader(capnp::StructReader reader) => _struct = reader;");
        source.Separate();
        source.Line("/// <summary>The struct, untyped.</summary>");
        source.Line("public capnp::StructReader Raw => _struct;");
        code.Which();
        foreach (var field in code.Node.Fields)
            Field(field);
        source.Separate();
        source.Line($"static {self} capnp::IStructReader<{self}>.From(capnp::StructReader reader) => new(reader);");
        source.Close();
    }

    private void Field(SchemaField field)
    {
        if (field.IsGroup)
            code.Property(field, _types.GroupReader(field.GroupId), "new(_struct)");
        else if (TypeNames.IsNumber(field.Type) || field.Type.Kind == DynamicKind.Bool)
            code.Property(field, NumberCode.Type(_types, field), NumberCode.Get(_types, field));
        else if (field.Type.Kind != DynamicKind.Void)
            Pointer(field);
    }

    private void Pointer(SchemaField field)
    {
        code.Source.Separate();
        code.Source.Line($"public bool Has{code.Name(field)} => {code.Has(field)};");
        var (type, expression) = Value(field);
        code.Property(field, type, expression);
        if (field.Type.Kind != DynamicKind.Data)
            return;
        code.Source.Separate();
        code.Source.Line("/// <summary>As the property of that name, to be kept; a null or another union member is empty.</summary>");
        code.Source.Line(
            $"public capnp::BytesPlace {code.Name(field)}Place => Has{code.Name(field)} ? _struct.GetDataPlace({field.Offset}) : default;");
    }

    private (string Type, string Expression) Value(SchemaField field)
    {
        var index = field.Offset;
        switch (field.Type.Kind)
        {
            case DynamicKind.Text:
                return ("capnp::Utf8Text", $"_struct.GetText({index}{Default(field, Literals.Utf8)})");
            case DynamicKind.Data:
                return (NodeCode.Bytes, $"_struct.GetData({index}{Default(field, Literals.Bytes)})");
            case DynamicKind.List:
                var list = _types.List(field.Type.Element!);
                return (list.Reader, $"_struct.GetList({index}{code.DefaultWords(field)}){list.As}");
            case DynamicKind.Struct:
                return (_types.StructReader(field.Type), $"new(_struct.GetStruct({index}{code.DefaultWords(field)}))");
            case DynamicKind.Interface:
                return ("uint?", $"_struct.GetCapabilityIndex({index})");
            default:
                return Any(field);
        }
    }

    private (string Type, string Expression) Any(SchemaField field) => field.Type.Any switch
    {
        _ when _types.Parameter(field.Type) is { } parameter => (parameter, $"_struct.GetAny({field.Offset}).As<{parameter}>()"),
        AnyKind.Struct => ("capnp::StructReader", $"_struct.GetStruct({field.Offset}{code.DefaultWords(field)})"),
        AnyKind.List => ("capnp::ListReader", $"_struct.GetList({field.Offset}{code.DefaultWords(field)})"),
        AnyKind.Capability => ("uint?", $"_struct.GetCapabilityIndex({field.Offset})"),
        _ => ("capnp::AnyPointerReader", $"_struct.GetAny({field.Offset}{code.DefaultWords(field)})"),
    };

    internal static string Default(SchemaField field, Func<byte[], string> literal) =>
        field.Default.Bytes.Length == 0 ? "" : ", " + literal(field.Default.Bytes);
}
