namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>A field of a struct or group.</summary>
public sealed class FieldSchema
{
    private readonly FieldNode _node;

    internal FieldSchema(StructSchema owner, FieldNode node, int index, DynamicType type)
    {
        (_node, Owner, Index, Type) = (node, owner, index, type);
    }

    public string Name => _node.Name;

    public StructSchema Owner { get; }

    /// <summary>Position among the owner's fields.</summary>
    public int Index { get; }

    public DynamicType Type { get; }

    /// <summary>A group has no memory of its own: its fields lie in the owner's struct.</summary>
    public bool IsGroup => _node.GroupId != 0;

    /// <summary>Of a member of a union: the number that says that it is the one in use.</summary>
    public ushort? Discriminant => _node.Discriminant;

    /// <summary>The bits of the default value of a number.</summary>
    public ulong DefaultBits => _node.DefaultBits;

    internal int PointerIndex => (int)_node.Offset;

    internal int OffsetBits => (int)_node.Offset * Type.Kind.DataBits();

    internal AnnotationNode[] Annotations => _node.Annotations;

    /// <summary>The default of a pointer field: in the schema's own message.</summary>
    internal AnyPointerReader DefaultPointer => Owner.Schema.At(_node.DefaultValue).GetAny(0);

    public override string ToString() => $"{Owner.Name}.{Name}";
}
