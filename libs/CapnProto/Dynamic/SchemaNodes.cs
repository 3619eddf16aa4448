namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>What a CodeGeneratorRequest says, before the parameters of generic types are filled in.</summary>
/// <param name="Scopes">The brand: what the parameters of each enclosing scope are bound to.</param>
/// <param name="ParameterScope">Of a type parameter: the generic node that declares it; otherwise 0.</param>
internal sealed record TypeNode(
    DynamicKind Kind, ulong Id, TypeNode? Element, BrandScope[] Scopes, ulong ParameterScope = 0, int ParameterIndex = 0)
{
    public static readonly TypeNode AnyPointer = new(DynamicKind.AnyPointer, 0, null, []);
}

/// <param name="Binds">Null where the scope's parameters are those of the place where the type is used.</param>
internal sealed record BrandScope(ulong Id, TypeNode[]? Binds);

/// <param name="Value">Where the annotation's value is in the schema's message.</param>
internal readonly record struct AnnotationNode(ulong Id, StructPlace Value);

internal sealed record FieldNode
{
    public required string Name { get; init; }

    /// <summary>Of a member of a union.</summary>
    public ushort? Discriminant { get; init; }

    /// <summary>Of a group its node; of a slot 0.</summary>
    public ulong GroupId { get; init; }

    /// <summary>In units of the field's size, or in pointers.</summary>
    public uint Offset { get; init; }

    public required TypeNode Type { get; init; }

    /// <summary>Of a number: what the stored bits are combined with.</summary>
    public ulong DefaultBits { get; init; }

    /// <summary>Where the default value is in the schema's message.</summary>
    public StructPlace DefaultValue { get; init; }

    public required AnnotationNode[] Annotations { get; init; }
}

internal sealed record EnumerantNode(string Name, AnnotationNode[] Annotations);

internal sealed record SchemaNode
{
    public required ulong Id { get; init; }

    /// <summary>With the names of the enclosing types, without the file.</summary>
    public required string Name { get; init; }

    public required string File { get; init; }

    public required AnnotationNode[] Annotations { get; init; }

    public StructSize Size { get; init; }

    public bool IsStruct { get; init; }

    public bool IsGroup { get; init; }

    public int MemberCount { get; init; }

    public int DiscriminantBytes { get; init; }

    public FieldNode[] Fields { get; init; } = [];

    public EnumerantNode[]? Enumerants { get; init; }
}
