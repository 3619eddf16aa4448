namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>An enum of a schema.</summary>
public sealed class EnumSchema
{
    private readonly SchemaNode _node;
    private readonly Dictionary<string, ushort> _byJsonName = [];

    internal EnumSchema(DynamicSchema schema, SchemaNode node)
    {
        _node = node;
        Names = [.. node.Enumerants!.Select(one => one.Name)];
        JsonNames = [.. node.Enumerants!.Select(one => JsonAnnotations.Name(schema, one.Annotations) ?? one.Name)];
        for (var index = 0; index < JsonNames.Count; index++)
            _byJsonName.TryAdd(JsonNames[index], (ushort)index);
    }

    public ulong Id => _node.Id;

    public string Name => _node.Name;

    /// <summary>By ordinal.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>As JSON spells them: an annotation may give another name.</summary>
    public IReadOnlyList<string> JsonNames { get; }

    internal bool TryFindJson(string name, out ushort ordinal) => _byJsonName.TryGetValue(name, out ordinal);
}
