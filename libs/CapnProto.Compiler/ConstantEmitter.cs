using K8sMediaFlow.CapnProto.Dynamic;

namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>Emits constants: as C# constants where C# has them, else as properties that read static data.</summary>
internal sealed class ConstantEmitter(CSharpNames names, TypeParameters parameters, SourceWriter source)
{
    public void Emit(SchemaNode node)
    {
        var type = node.ConstType!;
        var value = node.ConstValue!;
        if (type.Kind == DynamicKind.Void)
            return;
        var name = names.Type(node);
        var types = new TypeNames(names, parameters, node.ScopeId);
        source.Separate();
        source.Doc(node.Doc);
        if (type.Kind == DynamicKind.Text)
            source.Line($"public const string {name} = {Literals.String(System.Text.Encoding.UTF8.GetString(value.Bytes))};");
        else if (type.Kind == DynamicKind.Data)
            source.Line($"public static {NodeCode.Bytes} {name} => {Literals.Bytes(value.Bytes)};");
        else if (type.Kind == DynamicKind.Bool || TypeNames.IsNumber(type))
            Number(name, type.Kind == DynamicKind.Bool ? "bool" : types.Number(type), type, value);
        else
            Pointer(node, name, types);
    }

    private void Number(string name, string type, SchemaType schemaType, SchemaValue value) =>
        source.Line($"public const {type} {name} = {Literals.Number(type, schemaType.Kind, value.Bits)};");

    private void Pointer(SchemaNode node, string name, TypeNames types)
    {
        var reader = node.ConstType!.Kind is DynamicKind.Struct or DynamicKind.List
            ? types.PointerReader(node.ConstType)
            : throw new CompilerException($"{node.DisplayName}: a constant of type {node.ConstType.Kind} has no C# form");
        source.Line($"public static {reader} {name} => capnp::StaticMessage.Read<{reader}>({Literals.Words(node.ConstValue!.Words)});");
    }
}
