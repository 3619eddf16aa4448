namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>What a struct looks like in JSON, its annotations considered.</summary>
internal sealed class JsonShape
{
    private JsonShape(StructSchema schema, JsonDiscriminator? discriminator, string? unionName)
    {
        TagName = discriminator is null ? null : discriminator.Name ?? unionName;
        Fields = [.. schema.Fields.Select(field => Field(schema.Schema, field, discriminator))];
    }

    /// <summary>The member that says which of the union is in use; null if the presence of a member says so.</summary>
    public string? TagName { get; }

    /// <summary>By the field's index.</summary>
    public JsonField[] Fields { get; }

    public static JsonShape Of(StructSchema schema) =>
        new(schema, JsonAnnotations.Discriminator(schema.Schema, schema.Annotations), null);

    private static JsonField Field(DynamicSchema schema, FieldSchema field, JsonDiscriminator? discriminator)
    {
        var name = JsonAnnotations.Name(schema, field.Annotations) ?? field.Name;
        var prefix = JsonAnnotations.FlattenPrefix(schema, field.Annotations);
        var shape = field switch
        {
            { IsGroup: true } => new JsonShape(
                field.Type.Struct, JsonAnnotations.Discriminator(schema, field.Annotations), prefix is null ? null : field.Name),
            { Type.Kind: DynamicKind.Struct } when prefix is not null => Flattened(field),
            _ => null,
        };
        var isValue = field.Discriminant is not null && prefix is null && discriminator?.ValueName is not null;
        return new JsonField(
            isValue ? discriminator!.ValueName! : name, name, shape, shape is null
                ? null
                : prefix, JsonAnnotations.DataForm(field.Annotations));
    }

    private static JsonShape Flattened(FieldSchema field)
    {
        try
        {
            return field.Type.Struct.Shape;
        }
        catch (InvalidOperationException)
        {
            throw new CapnProtoException(CapnProtoError.BadValue, $"the schema flattens {field} into itself");
        }
    }
}

/// <param name="Name">The member's name.</param>
/// <param name="Tag">What the union's tag says when this field is in use.</param>
/// <param name="Shape">Of a group or a flattened struct.</param>
/// <param name="Prefix">Of a flattened one: the prefix of the names of its members; otherwise null.</param>
internal sealed record JsonField(string Name, string Tag, JsonShape? Shape, string? Prefix, JsonDataForm DataForm)
{
    public bool IsFlat => Prefix is not null;
}
