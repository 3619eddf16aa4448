using K8sMediaFlow.CapnProto.Dynamic;

namespace K8sMediaFlow.CapnProto.Compiler;

internal enum NodeKind
{
    File,
    Struct,
    Enum,
    Interface,
    Const,
    Annotation,
}

/// <summary>What an any-pointer is constrained to; a type parameter may be any pointer.</summary>
internal enum AnyKind
{
    Pointer,
    Struct,
    List,
    Capability,
}

/// <summary>A type parameter: which one of which scope.</summary>
internal readonly record struct SchemaParameter(ulong ScopeId, int Index);

/// <param name="Id">Of an enum, struct or interface, else 0.</param>
/// <param name="Element">Of a list, else null.</param>
/// <param name="Parameter">Set if the type is a type parameter; the kind then is any-pointer.</param>
/// <param name="Bindings">Of a struct: what its scopes' parameters are bound to; a scope that is bound to null inherits.</param>
internal sealed record SchemaType(
    DynamicKind Kind,
    ulong Id = 0,
    SchemaType? Element = null,
    AnyKind Any = AnyKind.Pointer,
    SchemaParameter? Parameter = null,
    IReadOnlyDictionary<ulong, SchemaType[]?>? Bindings = null);

/// <param name="Bits">The value of a number, bool or enum, as its bits.</param>
/// <param name="Bytes">The value of a text or data.</param>
/// <param name="Words">The value of a struct, list or any-pointer, as the one segment of a message.</param>
/// <param name="IsNull">Whether a pointer value is null; a number's never is.</param>
internal sealed record SchemaValue(ulong Bits, byte[] Bytes, ulong[] Words, bool IsNull);

/// <param name="Member">The union member's number, null if the field is in no union.</param>
/// <param name="GroupId">Of a group, else 0.</param>
/// <param name="Offset">In units of the field's size, or pointers.</param>
internal sealed record SchemaField(
    string Name, string Doc, ushort? Member, ulong GroupId, uint Offset, SchemaType Type, SchemaValue Default)
{
    public bool IsGroup => GroupId != 0;
}

internal sealed record SchemaEnumerant(string Name, string Doc);

internal sealed record SchemaNode
{
    public required ulong Id { get; init; }

    public required ulong ScopeId { get; init; }

    /// <summary>With file and scopes, for messages to people.</summary>
    public required string DisplayName { get; init; }

    public required string Name { get; init; }

    public required string Doc { get; init; }

    public required NodeKind Kind { get; init; }

    public required IReadOnlyList<ulong> Nested { get; init; }

    /// <summary>Values of annotations that are texts, by the annotation's id; all others are of no concern here.</summary>
    public required IReadOnlyDictionary<ulong, string> Annotations { get; init; }

    /// <summary>Names of the node's own type parameters.</summary>
    public required IReadOnlyList<string> Parameters { get; init; }

    public StructSize Size { get; init; }

    public bool IsGroup { get; init; }

    public int MemberCount { get; init; }

    public uint MemberOffset { get; init; }

    public IReadOnlyList<SchemaField> Fields { get; init; } = [];

    public IReadOnlyList<SchemaEnumerant> Enumerants { get; init; } = [];

    public SchemaType? ConstType { get; init; }

    public SchemaValue? ConstValue { get; init; }
}
