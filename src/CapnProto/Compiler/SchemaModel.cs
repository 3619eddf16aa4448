namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>What of schema.capnp the generator uses, in the order of its unions.</summary>
internal enum NodeKind
{
    File,
    Struct,
    Enum,
    Interface,
    Const,
    Annotation,
}

internal enum TypeKind
{
    Void,
    Bool,
    Int8,
    Int16,
    Int32,
    Int64,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Float32,
    Float64,
    Text,
    Data,
    List,
    Enum,
    Struct,
    Interface,
    AnyPointer,
}

internal sealed record SchemaType(TypeKind Kind, ulong Id = 0, SchemaType? Element = null);

/// <param name="Bits">The value of a number, bool or enum, as its bits.</param>
/// <param name="Bytes">The value of a text or data.</param>
/// <param name="IsNull">Whether a pointer value is null; a number's never is.</param>
internal sealed record SchemaValue(ulong Bits, byte[] Bytes, bool IsNull);

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

    public required string Name { get; init; }

    public required string Doc { get; init; }

    public required NodeKind Kind { get; init; }

    public required IReadOnlyList<ulong> Nested { get; init; }

    public required IReadOnlyDictionary<ulong, SchemaValue> Annotations { get; init; }

    public StructSize Size { get; init; }

    public bool IsGroup { get; init; }

    public int MemberCount { get; init; }

    public uint MemberOffset { get; init; }

    public IReadOnlyList<SchemaField> Fields { get; init; } = [];

    public IReadOnlyList<SchemaEnumerant> Enumerants { get; init; } = [];

    public SchemaType? ConstType { get; init; }

    public SchemaValue? ConstValue { get; init; }
}
