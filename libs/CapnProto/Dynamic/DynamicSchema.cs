using System.Globalization;
using K8sMediaFlow.CapnProto.Schema;

namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>
/// A schema loaded at run time: the nodes of a CodeGeneratorRequest, which <c>capnp compile -o- file.capnp</c> writes. Immutable; for
/// any number of threads.
/// </summary>
public sealed class DynamicSchema
{
    private readonly byte[] _bytes;
    private readonly Dictionary<ulong, SchemaNode> _nodes = [];
    private readonly TypeTable _types;
    private MessageReader _message;

    private DynamicSchema(ReadOnlySpan<byte> request)
    {
        // Kept, and pinned, since default values of structs and lists are read where they lie.
        _bytes = GC.AllocateUninitializedArray<byte>(Math.Max(8, request.Length), pinned: true);
        request.CopyTo(_bytes);
        if (!StreamFraming.TryRead(_bytes.AsSpan(0, request.Length), ReadLimits.ForSize(request.Length), out _message, out _))
            CapnProtoException.Throw(CapnProtoError.BadFraming);
        foreach (var node in SchemaLoader.Nodes(_message.Root<CodeGeneratorRequest.Reader>()))
            _nodes[node.Id] = node;
        RequireGroupsOfOneOwner();
        Files = SchemaLoader.Files(_message.Root<CodeGeneratorRequest.Reader>());
        _types = new TypeTable(this, _nodes);
        _message.Renew(new ReadLimits(long.MaxValue, ReadLimits.Default.Depth));
    }

    /// <summary>The files that the request was made for, as they were named.</summary>
    public IReadOnlyList<string> Files { get; }

    /// <summary>All structs, those of imported files included, without groups.</summary>
    public IEnumerable<StructSchema> Structs =>
        _nodes.Values.Where(node => node is { IsStruct: true, IsGroup: false }).Select(node => _types.Struct(node.Id, Bindings.None));

    /// <param name="request">A framed CodeGeneratorRequest; it is copied.</param>
    /// <exception cref="CapnProtoException">It is none, or it contradicts itself.</exception>
    public static DynamicSchema Load(ReadOnlySpan<byte> request) => new(request);

    /// <summary>The type of all lists of that type.</summary>
    public DynamicType ListOf(DynamicType element) => _types.List(element);

    /// <summary>A struct by its name with those of the enclosing types (<c>FrameMessage.Video</c>) or by its id (<c>0x9f1c…</c>).</summary>
    /// <exception cref="KeyNotFoundException">There is none, or several files have one and none of them was asked for.</exception>
    public StructSchema Struct(string name)
    {
        if (name.StartsWith("0x", StringComparison.Ordinal)
            && ulong.TryParse(name[2..], NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var id))
            return Struct(id);
        var found = _nodes.Values.Where(node => node is { IsStruct: true, IsGroup: false } && node.Name == name).ToList();
        var chosen = found.Count > 1 ? found.Where(node => Files.Contains(node.File)).ToList() : found;
        if (chosen.Count == 1)
            return _types.Struct(chosen[0].Id, Bindings.None);
        throw new KeyNotFoundException(found.Count == 0
            ? $"the schema has no struct '{name}' (it has: {Names()})"
            : $"'{name}' stands in several files: name it by its id, one of {string.Join(", ", found.Select(node => $"0x{node.Id:x}"))}");
    }

    /// <inheritdoc cref="Struct(string)"/>
    public StructSchema Struct(ulong id) => _nodes.GetValueOrDefault(id) is { IsStruct: true, IsGroup: false }
        ? _types.Struct(id, Bindings.None)
        : throw new KeyNotFoundException($"the schema has no struct 0x{id:x} (it has: {Names()})");

    /// <summary>A struct of the schema's own message.</summary>
    internal StructReader At(scoped in StructPlace place) => _message.At(in place);

    /// <summary>
    /// A group belongs to one field. So groups cannot contain themselves, and what is done for each of them is done once: nothing bounds
    /// their nesting at run time, since they take no pointer.
    /// </summary>
    private void RequireGroupsOfOneOwner()
    {
        var owned = new HashSet<ulong>();
        foreach (var node in _nodes.Values)
        {
            foreach (var field in node.Fields.Where(field => field.GroupId != 0))
            {
                if (_nodes.GetValueOrDefault(field.GroupId) is not { IsStruct: true, IsGroup: true } || !owned.Add(field.GroupId))
                    CapnProtoException.Throw(CapnProtoError.BadValue,
                        $"the group {field.Name} of {node.Name} is none, or it has two owners");
            }
        }
    }

    private string Names()
    {
        var names = _nodes.Values.Where(node => node is { IsStruct: true, IsGroup: false }).Select(node => node.Name)
            .Order(StringComparer.Ordinal).ToList();
        return names.Count <= 20 ? string.Join(", ", names) : string.Join(", ", names.Take(20)) + $" and {names.Count - 20} more";
    }
}
