using System.Globalization;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>
/// Makes types out of nodes: one object per type and binding of parameters, made when it is first asked for. Lazily, because a generic
/// type may refer to ever larger bindings of itself; and shared, because those are then small: each refers to the former.
/// </summary>
internal sealed class TypeTable(DynamicSchema schema, IReadOnlyDictionary<ulong, SchemaNode> nodes)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, DynamicType> _types = [];

    public DynamicSchema Schema => schema;

    /// <summary>The type at a place where <paramref name="bindings"/> hold.</summary>
    public DynamicType Resolve(TypeNode node, Bindings bindings)
    {
        lock (_gate)
            return ResolveType(node, bindings);
    }

    public StructSchema Struct(ulong id, Bindings bindings)
    {
        lock (_gate)
            return StructType(id, bindings).Struct;
    }

    /// <summary>A struct whose own parameters are bound to these types; those that are missing stay open.</summary>
    public StructSchema Bind(ulong id, DynamicType[] arguments)
    {
        foreach (var argument in arguments)
        {
            if (!argument.Kind.IsPointer())
                throw new ArgumentException($"A type parameter is bound to pointer types only, not to {argument.Kind}.", nameof(arguments));
        }

        lock (_gate)
            return StructType(id, new Bindings([(id, arguments)])).Struct;
    }

    private DynamicType ResolveType(TypeNode node, Bindings bindings) => node.Kind switch
    {
        DynamicKind.List => List(ResolveType(node.Element!, bindings)),
        DynamicKind.Enum => Enum(node.Id),
        DynamicKind.Struct when nodes.GetValueOrDefault(node.Id) is { IsGroup: true } => throw Missing("struct", node.Id),
        DynamicKind.Struct => StructType(node.Id, Scoped(node.Scopes, bindings)),
        DynamicKind.AnyPointer when node.ParameterScope != 0 => bindings.Find(node.ParameterScope, node.ParameterIndex),
        _ => DynamicType.Plain(node.Kind),
    };

    private Bindings Scoped(BrandScope[] scopes, Bindings outer)
    {
        if (scopes.Length == 0)
            return Bindings.None;
        var bound = new List<(ulong Scope, DynamicType[] Types)>();
        foreach (var scope in scopes)
        {
            if (scope.Binds is not null)
                bound.Add((scope.Id, [.. scope.Binds.Select(bind => Bound(scope.Id, ResolveType(bind, outer)))]));
            else if (outer.Types(scope.Id) is { } inherited)
                bound.Add((scope.Id, inherited));
        }

        return new Bindings([.. bound]);
    }

    // A schema comes from a file. A field of such a type has a pointer's place, which must not be read or written as data.
    private static DynamicType Bound(ulong scope, DynamicType type) => type.Kind.IsPointer() ? type
        : throw new CapnProtoException(CapnProtoError.BadValue,
            $"the schema binds a parameter of 0x{scope:x} to {type.Kind}, which is no pointer type");

    public DynamicType List(DynamicType element) =>
        Shared("L" + element.Number.ToString(CultureInfo.InvariantCulture), number => new DynamicType(DynamicKind.List, number)
        {
            ElementOrNull = element,
        });

    private DynamicType Enum(ulong id) =>
        Shared("E" + id.ToString(CultureInfo.InvariantCulture), number => new DynamicType(DynamicKind.Enum, number)
        {
            EnumOrNull = new EnumSchema(schema,
            nodes.GetValueOrDefault(id) is { Enumerants: not null } node ? node : throw Missing("enum", id)),
        });

    private DynamicType StructType(ulong id, Bindings bindings) =>
        Shared("S" + id.ToString(CultureInfo.InvariantCulture) + bindings.Key, number =>
        {
            if (nodes.GetValueOrDefault(id) is not { IsStruct: true } node)
                throw Missing("struct", id);
            return new DynamicType(DynamicKind.Struct, number) { StructOrNull = new StructSchema(this, node, bindings) };
        });

    private DynamicType Shared(string key, Func<int, DynamicType> make)
    {
        lock (_gate)
        {
            if (!_types.TryGetValue(key, out var type))
            {
                _types[key] = type = make((int)DynamicKind.Unknown + 1 + _types.Count);
                // Numbers tell types apart, so none was made while this one was.
                Invariant.That(type.Number == (int)DynamicKind.Unknown + _types.Count);
            }

            return type;
        }
    }

    private static CapnProtoException Missing(string what, ulong id) =>
        new(CapnProtoError.BadValue, $"the schema refers to {what} 0x{id:x}, which it does not have");
}

/// <summary>What the type parameters of each scope stand for.</summary>
internal sealed class Bindings((ulong Scope, DynamicType[] Types)[] scopes)
{
    public static readonly Bindings None = new([]);

    public string Key { get; } = string.Concat(scopes.OrderBy(scope => scope.Scope)
        .Select(scope => string.Create(CultureInfo.InvariantCulture,
            $"|{scope.Scope}:{string.Join(',', scope.Types.Select(type => type.Number))}")));

    public DynamicType[]? Types(ulong scope) => Array.Find(scopes, one => one.Scope == scope).Types;

    /// <summary>A parameter that nothing was bound to is any pointer.</summary>
    public DynamicType Find(ulong scope, int index) =>
        Types(scope) is { } types && index < types.Length ? types[index] : DynamicType.Plain(DynamicKind.AnyPointer);
}
