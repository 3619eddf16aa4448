namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>The annotations of the reference's json.capnp: other names, flattened structs, tagged unions, forms of Data.</summary>
internal static class JsonAnnotations
{
    private const ulong NameId = 0xfa5b1fd61c2e7c3d, FlattenId = 0x82d3e852af0336bf, DiscriminatorId = 0xcfa794e8d19a0162;
    private const ulong Base64Id = 0xd7d879450a253e4b, HexId = 0xf061e22f0ae5c7b5;

    public static string? Name(DynamicSchema schema, AnnotationNode[] annotations) =>
        Find(annotations, NameId) is { } found ? schema.At(found.Value).GetText(0).ToString() : null;

    /// <summary>The prefix of the names of a flattened struct's fields; null if it is not flattened.</summary>
    public static string? FlattenPrefix(DynamicSchema schema, AnnotationNode[] annotations) =>
        Find(annotations, FlattenId) is { } found ? Text(schema.At(found.Value).GetStruct(0), 0) ?? "" : null;

    public static JsonDiscriminator? Discriminator(DynamicSchema schema, AnnotationNode[] annotations)
    {
        if (Find(annotations, DiscriminatorId) is not { } found)
            return null;
        var options = schema.At(found.Value).GetStruct(0);
        return new JsonDiscriminator(Text(options, 0), Text(options, 1));
    }

    public static JsonDataForm DataForm(AnnotationNode[] annotations)
    {
        if (Find(annotations, Base64Id) is not null)
            return JsonDataForm.Base64;
        return Find(annotations, HexId) is not null ? JsonDataForm.Hex : JsonDataForm.Numbers;
    }

    private static string? Text(StructReader reader, int pointer) => reader.HasPointer(pointer) ? reader.GetText(pointer).ToString() : null;

    private static AnnotationNode? Find(AnnotationNode[] annotations, ulong id)
    {
        foreach (var annotation in annotations)
        {
            if (annotation.Id == id)
                return annotation;
        }

        return null;
    }
}

/// <summary>How a Data is written: by default as an array of numbers.</summary>
internal enum JsonDataForm
{
    Numbers,
    Base64,
    Hex,
}

/// <param name="Name">The field that names the union's member; null: the union's own name.</param>
/// <param name="ValueName">The field that holds the member's value, whichever it is; null: the member's name.</param>
internal sealed record JsonDiscriminator(string? Name, string? ValueName);
