namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>
/// The property names of a struct's fields. A field brings companions (HasX, InitX …), so <c>hasX</c> beside <c>x</c> has to give way:
/// it becomes <c>HasXField</c>. Earlier ordinals go first, so that a field added later never renames an older one.
/// </summary>
internal sealed class MemberNames
{
    private static readonly string[] Reserved = ["Raw", "Which", "Reader", "Builder", .. ScopeNames.OfEveryObject];

    private readonly Dictionary<string, string> _names = [];
    private readonly HashSet<string> _taken = [.. Reserved];

    public MemberNames(SchemaNode node)
    {
        foreach (var field in node.Fields)
            _names[field.Name] = Free(CSharpNames.Pascal(field.Name));
    }

    public string Of(SchemaField field) => _names[field.Name];

    private string Free(string name)
    {
        var candidate = name;
        for (var number = 1; Family(candidate).Any(_taken.Contains); number++)
            candidate = name + "Field" + (number == 1 ? "" : number);
        _taken.UnionWith(Family(candidate));
        return candidate;
    }

    private static string[] Family(string name) =>
        [name, "Has" + name, "Init" + name, "Set" + name, "Clear" + name, "SetExternal" + name, name + "Place"];
}
