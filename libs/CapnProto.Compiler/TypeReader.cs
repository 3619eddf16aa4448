using K8sMediaFlow.CapnProto.Dynamic;
using K8sMediaFlow.CapnProto.Schema;

namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>Types of a schema, with what their type parameters are bound to.</summary>
internal static class TypeReader
{
    public static SchemaType Read(Schema.Type.Reader type) => type.Which switch
    {
        Schema.Type.Which.List => new SchemaType(DynamicKind.List, Element: Read(type.List.ElementType)),
        Schema.Type.Which.Enum => new SchemaType(DynamicKind.Enum, type.Enum.TypeId),
        Schema.Type.Which.Struct => new SchemaType(DynamicKind.Struct, type.Struct.TypeId, Bindings: Bindings(type.Struct.Brand)),
        Schema.Type.Which.Interface => new SchemaType(DynamicKind.Interface, type.Interface.TypeId),
        Schema.Type.Which.AnyPointer => Any(type.AnyPointer),
        _ => new SchemaType((DynamicKind)type.Which),
    };

    private static SchemaType Any(Schema.Type.AnyPointer.Reader any) => any.Which switch
    {
        Schema.Type.AnyPointer.Which.Unconstrained => new SchemaType(DynamicKind.AnyPointer, Any: (AnyKind)any.Unconstrained.Which),
        Schema.Type.AnyPointer.Which.Parameter => new SchemaType(
            DynamicKind.AnyPointer, Parameter: new SchemaParameter(any.Parameter.ScopeId, any.Parameter.ParameterIndex)),
        _ => new SchemaType(DynamicKind.AnyPointer),
    };

    private static Dictionary<ulong, SchemaType[]?> Bindings(Brand.Reader brand)
    {
        var bindings = new Dictionary<ulong, SchemaType[]?>();
        foreach (var scope in brand.Scopes)
            bindings[scope.ScopeId] = scope.Which == Brand.Scope.Which.Inherit ? null : Bound(scope);
        return bindings;
    }

    private static SchemaType[] Bound(Brand.Scope.Reader scope)
    {
        var types = new SchemaType[scope.Bind.Count];
        for (var index = 0; index < types.Length; index++)
        {
            var binding = scope.Bind[index];
            types[index] = binding.Which == Brand.Binding.Which.Type ? Read(binding.Type) : new SchemaType(DynamicKind.AnyPointer);
        }

        return types;
    }
}
