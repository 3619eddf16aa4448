using K8sMediaFlow.CapnProto.Dynamic;

namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>Emits what a builder offers for a pointer field: Has, the value that is there, Init, Set and Clear.</summary>
internal sealed class PointerBuilderEmitter(NodeCode code)
{
    private readonly TypeNames _types = code.Types;

    /// <summary>
    /// A builder's type parameters stand for builders, so it cannot name the readers that it copies from: they are untyped there.
    /// </summary>
    private bool IsGeneric => code.Parameters.Of(code.Node.Id).Count > 0;

    public void Emit(SchemaField field)
    {
        code.Source.Separate();
        code.Source.Line($"public bool Has{code.Name(field)} => {code.Has(field)};");
        switch (field.Type.Kind)
        {
            case DynamicKind.Text:
                Text(field);
                break;
            case DynamicKind.Data:
                Data(field);
                break;
            case DynamicKind.List:
                List(field, _types.List(field.Type.Element!));
                break;
            case DynamicKind.Struct:
                Struct(field);
                break;
            case DynamicKind.AnyPointer:
                Any(field);
                break;
        }

        code.Method(field, "void", $"Clear{code.Name(field)}()", $"_struct.Clear({field.Offset})");
    }

    /// <summary>The string property is for convenience; bytes go in and out without an allocation.</summary>
    private void Text(SchemaField field)
    {
        var get = $"_struct.GetText({field.Offset}).ToString()";
        Property(field, "string?", Or(field, get, bytes => Literals.String(System.Text.Encoding.UTF8.GetString(bytes))),
            $"_struct.SetText({field.Offset}, value)");
        code.Method(field, "void", $"Set{code.Name(field)}({NodeCode.Bytes} utf8)", $"_struct.SetText({field.Offset}, utf8)");
        code.Method(
            field, "capnp::TextBuilder", $"Init{code.Name(field)}(int lengthBytes)", $"_struct.InitText({field.Offset}, lengthBytes)");
    }

    private void Data(SchemaField field)
    {
        var (name, index) = (code.Name(field), field.Offset);
        Property(field, NodeCode.Bytes, Or(field, $"({NodeCode.Bytes})_struct.GetData({index})", Literals.Bytes),
            $"_struct.SetData({index}, value)");
        code.Method(
            field, "global::System.Span<byte>", $"Init{name}(int lengthBytes, int alignmentBytes = 8)",
                $"_struct.InitData({index}, lengthBytes, alignmentBytes)");
        code.Method(
            field, "void", $"SetExternal{name}(int externalSegment, int lengthBytes)",
                $"_struct.SetExternalData({index}, externalSegment, lengthBytes)");
    }

    private void List(SchemaField field, ListType list)
    {
        var (name, index) = (code.Name(field), field.Offset);
        var isVoid = list.Builder == "void";
        var get = $"_struct.{list.Get}({index}{code.DefaultWords(field)})";
        code.Property(field, isVoid ? "int" : list.Builder, list.IsWrapped ? $"new({get})" : get);
        var init = $"_struct.{list.Init}({index}, count)";
        code.Method(field, list.Builder, $"Init{name}(int count)", list.IsWrapped ? $"new({init})" : init);
        var isRaw = isVoid || IsGeneric;
        code.Method(field, "void", $"Set{name}({(isRaw ? "capnp::ListReader" : list.Reader)} source)",
            $"_struct.SetList({index}, source{(isRaw ? "" : ".Raw")})");
        if (TypeNames.IsNumber(field.Type.Element!))
            code.Method(field, "void", $"Set{name}(global::System.ReadOnlySpan<{_types.Number(field.Type.Element!)}> values)",
                $"values.CopyTo(_struct.{list.Init}({index}, values.Length).Span)");
        if (field.Type.Element!.Kind == DynamicKind.Text)
            code.Method(field, "void", $"Set{name}(params global::System.ReadOnlySpan<string> values)",
                $"capnp::PointerLists.SetTexts(_struct.InitPointers({index}, values.Length), values)");
    }

    private void Struct(SchemaField field)
    {
        var builder = _types.StructBuilder(field.Type);
        code.Property(field, builder, $"_struct.GetStruct<{builder}>({field.Offset}{code.DefaultWords(field)})");
        code.Method(field, builder, $"Init{code.Name(field)}()", $"_struct.InitStruct<{builder}>({field.Offset})");
        var source = IsGeneric ? "capnp::StructReader" : _types.StructReader(field.Type);
        code.Method(field, "void", $"Set{code.Name(field)}({source} source)",
            $"_struct.SetStruct({field.Offset}, source{(IsGeneric ? "" : ".Raw")})");
    }

    private void Any(SchemaField field)
    {
        if (field.Type.Any == AnyKind.Capability)
            return;
        var index = field.Offset;
        if (_types.Parameter(field.Type) is { } parameter)
            code.Property(field, parameter, $"_struct.GetAny({index}).Get<{parameter}>()");
        else
            code.Property(field, "capnp::AnyPointerBuilder", $"_struct.GetAny({index})");
        code.Method(field, "capnp::AnyPointerBuilder", $"Init{code.Name(field)}()", $"_struct.GetAny({index})", $"_struct.Clear({index});");
        code.Method(field, "void", $"Set{code.Name(field)}(capnp::AnyPointerReader source)", $"_struct.SetPointer({index}, source)");
    }

    /// <summary>A default is not copied into the message only because someone looks at it.</summary>
    private static string Or(SchemaField field, string get, Func<byte[], string> literal) =>
        field.Default.Bytes.Length == 0 ? get : $"_struct.HasPointer({field.Offset}) ? {get} : {literal(field.Default.Bytes)}";

    private void Property(SchemaField field, string type, string get, string set)
    {
        code.Source.Separate();
        code.Source.Doc(field.Doc);
        code.Source.Open($"public {type} {code.Name(field)}");
        if (field.Member is { } member)
        {
            code.Source.Line($"get {{ {code.Require(member)} return {get}; }}");
            code.Source.Line($"set {{ {code.Choose(member)} {set}; }}");
        }
        else
        {
            code.Source.Line($"get => {get};");
            code.Source.Line($"set => {set};");
        }

        code.Source.Close();
    }
}
