namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>A struct or group of a schema; of a generic one, with its parameters bound.</summary>
public sealed class StructSchema
{
    private readonly SchemaNode _node;
    private readonly Lazy<Layout> _layout;
    private readonly Lazy<JsonShape> _shape;

    internal StructSchema(TypeTable types, SchemaNode node, Bindings bindings)
    {
        (_node, Types) = (node, types);
        _layout = new Lazy<Layout>(() => new Layout(this, node, types, bindings));
        _shape = new Lazy<JsonShape>(() => JsonShape.Of(this));
    }

    public ulong Id => _node.Id;

    /// <summary>With the names of the enclosing types: <c>FrameMessage.Video</c>.</summary>
    public string Name => _node.Name;

    public StructSize Size => _node.Size;

    public bool IsGroup => _node.IsGroup;

    /// <summary>In the order of their numbers.</summary>
    public IReadOnlyList<FieldSchema> Fields => _layout.Value.Fields;

    public bool HasUnion => _node.MemberCount > 0;

    internal int DiscriminantBytes => _node.DiscriminantBytes;

    internal DynamicSchema Schema => Types.Schema;

    internal TypeTable Types { get; }

    internal AnnotationNode[] Annotations => _node.Annotations;

    internal JsonShape Shape => _shape.Value;

    /// <summary>Null if there is none of that name.</summary>
    public FieldSchema? Find(string name) => _layout.Value.ByName.GetValueOrDefault(name);

    /// <summary>The union's member of that number; null if it is newer than this schema.</summary>
    public FieldSchema? Member(ushort discriminant) => _layout.Value.Members.GetValueOrDefault(discriminant);

    /// <summary>The same generic struct with its own parameters bound: <c>Box</c> with <c>Text</c> is <c>Box(Text)</c>.</summary>
    public StructSchema Of(params DynamicType[] arguments) => Types.Bind(Id, arguments);

    public override string ToString() => Name;

    private sealed class Layout
    {
        public Layout(StructSchema owner, SchemaNode node, TypeTable types, Bindings bindings)
        {
            Fields = new FieldSchema[node.Fields.Length];
            for (var index = 0; index < Fields.Length; index++)
            {
                var field = node.Fields[index];
                var type = field.GroupId == 0 ? types.Resolve(field.Type, bindings) : Group(types, field.GroupId, bindings);
                Fields[index] = new FieldSchema(owner, field, index, type);
                ByName.TryAdd(field.Name, Fields[index]);
                if (field.Discriminant is { } discriminant)
                    Members.TryAdd(discriminant, Fields[index]);
            }
        }

        public FieldSchema[] Fields { get; }

        public Dictionary<string, FieldSchema> ByName { get; } = [];

        public Dictionary<ushort, FieldSchema> Members { get; } = [];

        /// <summary>A group is inside its struct's scope: the same parameters hold.</summary>
        private static DynamicType Group(TypeTable types, ulong id, Bindings bindings) =>
            new(DynamicKind.Struct, -1) { StructOrNull = types.Struct(id, bindings) };
    }
}
