using System.Text.Json;

namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>
/// The struct Value of the reference's json.capnp, which holds any JSON: in JSON it is what it holds, not the struct that holds it. Known
/// by its id, and by its fields, since a schema from elsewhere can claim any id.
/// </summary>
internal static class RawJson
{
    private const ulong ValueId = 0xa3fa7845f919dd83;

    private static readonly (string Name, DynamicKind Kind)[] Members =
    [
        ("null", DynamicKind.Void), ("boolean", DynamicKind.Bool), ("number", DynamicKind.Float64),
        ("string", DynamicKind.Text), ("array", DynamicKind.List), ("object", DynamicKind.List),
    ];

    public static bool Is(StructSchema schema) =>
        schema.Id == ValueId
        && Members.All(member => schema.Find(member.Name) is { Discriminant: not null } field && field.Type.Kind == member.Kind)
        && schema.Find("array")!.Type.Element is { Kind: DynamicKind.Struct } element && element.Struct.Id == ValueId
        && schema.Find("object")!.Type.Element is { Kind: DynamicKind.Struct } item && IsNamed(item.Struct);

    public static void Build(JsonPlace place, DynamicBuilder target)
    {
        var field = target.Schema.Find(Member(place.Kind))!;
        if (!field.Type.Kind.IsPointer())
            target.SetBits(field, JsonNumbers.Bits(place, field.Type));
        else if (place.Kind == JsonValueKind.String)
            target.GetPointer(field).SetText(place.Text("a string").AsSpan());
        else if (place.Kind == JsonValueKind.Array)
            JsonBuilder.List(place, target.GetPointer(field), field.Type.Element);
        else
            Object(place, target.GetPointer(field), field.Type.Element.Struct);
    }

    private static string Member(JsonValueKind kind) => kind switch
    {
        JsonValueKind.True or JsonValueKind.False => "boolean",
        JsonValueKind.Number => "number",
        JsonValueKind.String => "string",
        JsonValueKind.Array => "array",
        JsonValueKind.Object => "object",
        _ => "null",
    };

    private static void Object(JsonPlace place, AnyPointerBuilder target, StructSchema schema)
    {
        var members = place.Members().ToArray();
        var items = target.InitStructs(schema.Size, members.Length);
        for (var index = 0; index < members.Length; index++)
        {
            var item = new DynamicBuilder(items[index], schema);
            item.GetPointer(schema.Find("name")!).SetText(members[index].Name.AsSpan());
            Build(members[index].Place, item.Open(schema.Find("value")!));
        }
    }

    private static bool IsNamed(StructSchema item) =>
        item.Find("name") is { Type.Kind: DynamicKind.Text, Discriminant: null }
        && item.Find("value") is { IsGroup: false, Discriminant: null, Type.Kind: DynamicKind.Struct } value
            && value.Type.Struct.Id == ValueId;
}
