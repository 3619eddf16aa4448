namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>A struct under construction, by a schema that was loaded at run time.</summary>
public readonly ref struct DynamicBuilder
{
    /// <param name="builder">A struct of the size that the schema gives it.</param>
    /// <param name="schema">What it is built as.</param>
    public DynamicBuilder(StructBuilder builder, StructSchema schema)
    {
        if (builder.Size.DataWords < schema.Size.DataWords || builder.Size.PointerCount < schema.Size.PointerCount)
            throw new ArgumentException($"The struct is too small for {schema.Name}.", nameof(builder));
        Struct = builder;
        Schema = schema;
    }

    public StructBuilder Struct { get; }

    public StructSchema Schema { get; }

    /// <summary>Makes the field the member in use of its union, if it is in one; its value stays as it is.</summary>
    public void Select(FieldSchema field)
    {
        if (field.Discriminant is { } member)
            Struct.Set(Schema.DiscriminantBytes, member);
    }

    /// <summary>Sets a number, bool or enum by its bits; those of a shorter one are the lowest.</summary>
    public void SetBits(FieldSchema field, ulong bits)
    {
        Require(field, !field.Type.Kind.IsPointer() && !field.IsGroup);
        Select(field);
        var stored = bits ^ field.DefaultBits;
        var offset = field.OffsetBits / 8;
        switch (field.Type.Kind.DataBits())
        {
            case 1:
                Struct.SetBool(field.OffsetBits, (stored & 1) != 0);
                break;
            case 8:
                Struct.Set(offset, (byte)stored);
                break;
            case 16:
                Struct.Set(offset, (ushort)stored);
                break;
            case 32:
                Struct.Set(offset, (uint)stored);
                break;
            case 64:
                Struct.Set(offset, stored);
                break;
        }
    }

    /// <summary>The pointer of a field, to make something of.</summary>
    public AnyPointerBuilder GetPointer(FieldSchema field)
    {
        Require(field, field.Type.Kind.IsPointer() && !field.IsGroup);
        Select(field);
        return Struct.GetAny(field.PointerIndex);
    }

    /// <summary>A group, or a new struct behind a struct field.</summary>
    public DynamicBuilder Open(FieldSchema field)
    {
        Require(field, field.Type.Kind == DynamicKind.Struct);
        Select(field);
        var schema = field.Type.Struct;
        return new DynamicBuilder(field.IsGroup ? Struct : Struct.InitStruct(field.PointerIndex, schema.Size), schema);
    }

    private void Require(FieldSchema field, bool fits)
    {
        if (field.Owner != Schema)
            throw new ArgumentException($"{field} is no field of {Schema.Name}.", nameof(field));
        if (!fits)
            throw new InvalidOperationException($"{field} is a {field.Type}.");
    }
}
