namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>
/// The names of what is nested in a file or struct. Declared types keep theirs; a group whose field is called like one of them, like
/// the struct itself or like something that every generated class has, becomes <c>NameGroup</c>. A type that is called like a member of its
/// own class becomes <c>NameType</c>.
/// </summary>
internal sealed class ScopeNames
{
    /// <summary>What every class inherits: hiding it would be a warning in the user's build.</summary>
    public static readonly IReadOnlyList<string> OfEveryObject =
        ["Equals", "Finalize", "GetHashCode", "GetType", "MemberwiseClone", "ReferenceEquals", "ToString"];

    private static readonly string[] OfEveryStruct = ["TypeId", "Which", "Reader", "Builder"];

    private static readonly string[] OfEveryInterface = ["TypeId"];

    private readonly Dictionary<ulong, string> _names = [];
    private readonly HashSet<string> _taken;

    public ScopeNames(SchemaNode scope, string? ownName, IReadOnlyDictionary<ulong, SchemaNode> nodes)
    {
        var isFile = scope.Kind == NodeKind.File;
        _taken = isFile ? [] : [ownName!, .. OfEveryObject, .. OfEveryStruct];
        _taken.UnionWith(Defaults(scope));
        var nested = scope.Nested.Where(nodes.ContainsKey).Select(id => nodes[id]).ToArray();
        foreach (var node in nested.Where(node => !isFile || node.Kind != NodeKind.Const))
            Add(node, "Type");
        foreach (var field in scope.Fields.Where(field => field.IsGroup))
            Add(nodes[field.GroupId], "Group");
        ConstantsClass = Free(CSharpNames.FileName(scope.DisplayName) + "Schema", "Constants", []);
        if (isFile)
            AddConstants(nested);
    }

    public string ConstantsClass { get; }

    public string Of(ulong id) => _names[id];

    /// <summary>The constants of a file have a class of their own.</summary>
    private void AddConstants(SchemaNode[] nested)
    {
        _taken.Clear();
        _taken.UnionWith([ConstantsClass, .. OfEveryObject]);
        foreach (var node in nested.Where(node => node.Kind == NodeKind.Const))
            Add(node, "Constant");
    }

    private void Add(SchemaNode node, string suffix) => _names[node.Id] = Free(CSharpNames.Pascal(node.Name), suffix, Members(node));

    /// <summary>
    /// What is declared inside of a type's own class: C# allows no member with the name of its class. What is declared there gives way by
    /// itself.
    /// </summary>
    private static string[] Members(SchemaNode node) => node.Kind switch
    {
        NodeKind.Struct => [.. OfEveryStruct.Where(name => name != "Which" || node.MemberCount > 0), .. Defaults(node)],
        NodeKind.Interface => OfEveryInterface,
        _ => [],
    };

    private static IEnumerable<string> Defaults(SchemaNode node) =>
        node.Fields.Where(field => field.Default.Words.Length > 0).Select(field => "DefaultOf" + CSharpNames.Pascal(field.Name));

    private string Free(string name, string suffix, IEnumerable<string> members)
    {
        var candidate = name;
        for (var number = 1; members.Contains(candidate) || !_taken.Add(candidate); number++)
            candidate = name + suffix + (number == 1 ? "" : number);
        return candidate;
    }
}
