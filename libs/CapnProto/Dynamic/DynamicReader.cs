namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>A struct of a message, read by a schema that was loaded at run time.</summary>
public readonly ref struct DynamicReader
{
    /// <param name="reader">Where the struct lies.</param>
    /// <param name="schema">What it is read as; the message may be older or newer.</param>
    public DynamicReader(StructReader reader, StructSchema schema)
    {
        Struct = reader;
        Schema = schema;
    }

    public StructReader Struct { get; }

    public StructSchema Schema { get; }

    /// <summary>The union's member in use; null if there is no union, or a newer writer chose a member that this schema has not.</summary>
    public FieldSchema? Which => Schema.HasUnion ? Schema.Member(Struct.Get<ushort>(Schema.DiscriminantBytes)) : null;

    /// <summary>Whether the field holds something: a member in use of its union, and no null pointer. Numbers always do.</summary>
    public bool Has(FieldSchema field)
    {
        if (field.Discriminant is { } member && Struct.Get<ushort>(Schema.DiscriminantBytes) != member)
            return false;
        if (field.IsGroup)
            return true;
        return field.Type.Kind.IsPointer() ? Struct.HasPointer(field.PointerIndex) : field.Type.Kind != DynamicKind.Unknown;
    }

    /// <inheritdoc cref="Get(FieldSchema)"/>
    /// <exception cref="KeyNotFoundException">The schema has no such field.</exception>
    public DynamicValue this[string name] =>
        Get(Schema.Find(name) ?? throw new KeyNotFoundException($"{Schema.Name} has no field '{name}'"));

    /// <summary>The field's value; its default where the message does not reach that far or has a null pointer.</summary>
    /// <exception cref="CapnProtoException">A pointer is not sound, or another member of the union is in use.</exception>
    public DynamicValue Get(FieldSchema field)
    {
        if (field.Discriminant is { } member)
            Struct.RequireMember(Schema.DiscriminantBytes, member);
        if (field.IsGroup)
            return DynamicValue.Of(field.Type, Struct);
        if (!field.Type.Kind.IsPointer())
            return DynamicValue.Of(field.Type, Number(field));
        return DynamicValue.Of(field.Type,
            Struct.HasPointer(field.PointerIndex) ? Struct.GetAny(field.PointerIndex) : field.DefaultPointer);
    }

    private ulong Number(FieldSchema field)
    {
        var offset = field.OffsetBits / 8;
        return field.DefaultBits ^ field.Type.Kind.DataBits() switch
        {
            1 => Struct.GetBool(field.OffsetBits) ? 1UL : 0UL,
            8 => Struct.Get<byte>(offset),
            16 => Struct.Get<ushort>(offset),
            32 => Struct.Get<uint>(offset),
            64 => Struct.Get<ulong>(offset),
            _ => 0,
        };
    }
}
