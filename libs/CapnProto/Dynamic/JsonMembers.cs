namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>The members of a JSON object that have not been used yet: one that no field takes is a mistake of the writer.</summary>
internal sealed class JsonMembers
{
    private readonly Dictionary<string, JsonPlace> _members = [];
    private readonly HashSet<string> _taken = [];

    private JsonMembers(JsonPlace place) => Object = place;

    public JsonPlace Object { get; }

    public static JsonMembers Of(JsonPlace place)
    {
        var members = new JsonMembers(place);
        foreach (var (name, member) in place.Members())
        {
            if (!members._members.TryAdd(name, member))
                member.Fail("the object has this member twice");
        }

        return members;
    }

    public bool Has(string name) => _members.ContainsKey(name);

    public JsonPlace? Take(string name)
    {
        if (!_members.TryGetValue(name, out var place))
            return null;
        _taken.Add(name);
        return place;
    }

    /// <summary>Whether one of the members belongs to a flattened struct.</summary>
    public bool HasAny(JsonShape shape, StructSchema schema, string prefix) =>
        (shape.TagName is not null && Has(prefix + shape.TagName)) ||
        schema.Fields.Any(field => shape.Fields[field.Index] is var json && json.IsFlat
            ? HasAny(json.Shape!, field.Type.Struct, prefix + json.Prefix)
            : Has(prefix + shape.Fields[field.Index].Name));

    public void RequireAllTaken(StructSchema schema)
    {
        foreach (var (name, place) in _members)
        {
            if (!_taken.Contains(name))
                place.Fail($"{schema.Name} has no such member, or it belongs to a member of a union that is not in use");
        }
    }
}
