namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>
/// Type parameters: a struct has those of all scopes around it, as its C# readers and builders are nested in static classes, which
/// cannot have any. <c>Map(Key, Value)</c> is <c>Map.Reader&lt;TKey, TValue&gt;</c>.
/// </summary>
internal sealed class TypeParameters(CSharpNames names)
{
    private readonly Dictionary<ulong, IReadOnlyList<(SchemaParameter Parameter, string Name)>> _known = [];

    /// <summary>Outermost scope first.</summary>
    public IReadOnlyList<(SchemaParameter Parameter, string Name)> Of(ulong nodeId)
    {
        if (_known.TryGetValue(nodeId, out var known))
            return known;
        var node = names.Node(nodeId);
        var all = node.Kind == NodeKind.File ? [] : Of(node.ScopeId).ToList();
        for (var index = 0; index < node.Parameters.Count; index++)
            all.Add((new SchemaParameter(nodeId, index), Free(node.Parameters[index], all)));
        return _known[nodeId] = all;
    }

    /// <summary><c>&lt;TKey, TValue&gt;</c>, or nothing.</summary>
    public string List(ulong nodeId)
    {
        var all = Of(nodeId);
        return all.Count == 0 ? "" : "<" + string.Join(", ", all.Select(one => one.Name)) + ">";
    }

    /// <summary>The constraints behind the head of a generic type.</summary>
    public string Constraints(ulong nodeId, string contract) =>
        string.Concat(Of(nodeId).Select(one => $" where {one.Name} : {contract}<{one.Name}>, allows ref struct"));

    /// <summary>The name in that node's code, or null if the parameter belongs to no scope around it.</summary>
    public string? Find(ulong nodeId, SchemaParameter parameter) =>
        Of(nodeId).Where(one => one.Parameter == parameter).Select(one => one.Name).FirstOrDefault();

    private static string Free(string name, List<(SchemaParameter Parameter, string Name)> taken)
    {
        var wanted = name.Length == 1 || (name[0] == 'T' && char.IsUpper(name[1])) ? name : "T" + CSharpNames.Pascal(name);
        var candidate = char.ToUpperInvariant(wanted[0]) + wanted[1..];
        for (var number = 2; taken.Any(one => one.Name == candidate); number++)
            candidate = wanted + number;
        return candidate;
    }
}
