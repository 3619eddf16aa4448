using System.Text.Json;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>Fills structs and lists with what a JSON document says: the reverse of <see cref="JsonRenderer"/>.</summary>
internal static class JsonBuilder
{
    public static void Struct(JsonPlace place, DynamicBuilder target, JsonShape shape)
    {
        if (RawJson.Is(target.Schema))
        {
            RawJson.Build(place, target);
            return;
        }

        place.Require(place.Kind == JsonValueKind.Object, $"an object ({target.Schema.Name})");
        var members = JsonMembers.Of(place);
        Members(members, target, shape, "");
        members.RequireAllTaken(target.Schema);
    }

    private static void Members(JsonMembers members, DynamicBuilder target, JsonShape shape, string prefix)
    {
        foreach (var field in target.Schema.Fields)
        {
            if (field.Discriminant is null)
                Field(members, target, field, shape, prefix);
        }

        if (!target.Schema.HasUnion)
            return;
        if (shape.TagName is not null)
            Tagged(members, target, shape, prefix);
        else
            Untagged(members, target, shape, prefix);
    }

    private static void Field(JsonMembers members, DynamicBuilder target, FieldSchema field, JsonShape shape, string prefix)
    {
        var json = shape.Fields[field.Index];
        if (!json.IsFlat)
        {
            if (members.Take(prefix + json.Name) is { } place)
                Value(place, target, field, json);
            return;
        }

        // A flattened struct that none of the members is for stays null.
        if (field.IsGroup || members.HasAny(json.Shape!, field.Type.Struct, prefix + json.Prefix))
            Members(members, target.Open(field), json.Shape!, prefix + json.Prefix);
    }

    private static void Tagged(JsonMembers members, DynamicBuilder target, JsonShape shape, string prefix)
    {
        if (members.Take(prefix + shape.TagName) is not { } place)
            return;
        var tag = place.Text($"the name of a member of {target.Schema.Name}");
        foreach (var field in target.Schema.Fields)
        {
            if (field.Discriminant is null || shape.Fields[field.Index].Tag != tag)
                continue;
            target.Select(field);
            Field(members, target, field, shape, prefix);
            return;
        }

        place.Fail($"{target.Schema.Name} has no member '{tag}'");
    }

    /// <summary>Without a tag, the member that is there is the one in use.</summary>
    private static void Untagged(JsonMembers members, DynamicBuilder target, JsonShape shape, string prefix)
    {
        string? chosen = null;
        foreach (var field in target.Schema.Fields)
        {
            var json = shape.Fields[field.Index];
            if (field.Discriminant is null
                || (json.IsFlat ? !members.HasAny(json.Shape!, field.Type.Struct, prefix + json.Prefix) : !members.Has(prefix + json.Name)))
                continue;
            if (chosen is not null)
                members.Object.Fail($"'{chosen}' and '{json.Name}' are members of one union: only one can be set");
            chosen = json.Name;
            Field(members, target, field, shape, prefix);
        }
    }

    private static void Value(JsonPlace place, DynamicBuilder target, FieldSchema field, JsonField json)
    {
        if (field.IsGroup)
            Struct(place, target.Open(field), json.Shape!);
        else if (!field.Type.Kind.IsPointer())
            target.SetBits(field, JsonNumbers.Bits(place, field.Type));
        else if (place.Kind == JsonValueKind.Null)
            target.Select(field);
        else
            Pointer(place, target.GetPointer(field), field.Type, json.DataForm);
    }

    private static void Pointer(JsonPlace place, AnyPointerBuilder target, DynamicType type, JsonDataForm form = JsonDataForm.Numbers)
    {
        switch (type.Kind)
        {
            case DynamicKind.Text:
                target.SetText(place.Text("a string").AsSpan());
                break;
            case DynamicKind.Data:
                JsonBytes.Read(place, target, form);
                break;
            case DynamicKind.Struct:
                var schema = type.Struct;
                Struct(place, new DynamicBuilder(target.InitStruct(schema.Size), schema), schema.Shape);
                break;
            case DynamicKind.List:
                place.Require(place.Kind == JsonValueKind.Array, $"an array ({type})");
                List(place, target, type.Element);
                break;
            default:
                place.Fail($"a {type} cannot be built from JSON");
                break;
        }
    }

    public static void List(JsonPlace place, AnyPointerBuilder target, DynamicType element)
    {
        var count = place.Element.GetArrayLength();
        var index = 0;
        if (element.Kind == DynamicKind.Struct)
        {
            var structs = target.InitStructs(element.Struct.Size, count);
            foreach (var item in place.Items())
                Struct(item, new DynamicBuilder(structs[index++], element.Struct), element.Struct.Shape);
            Invariant.That(index == count);
        }
        else if (element.Kind.IsPointer())
        {
            var pointers = target.InitPointers(count);
            foreach (var item in place.Items())
            {
                if (item.Kind != JsonValueKind.Null)
                    Pointer(item, pointers[index], element);
                index++;
            }

            Invariant.That(index == count);
        }
        else
        {
            JsonLists.Numbers(place, target, element, count);
        }
    }
}
