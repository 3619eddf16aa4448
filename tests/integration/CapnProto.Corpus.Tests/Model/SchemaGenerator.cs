namespace K8sMediaFlow.CapnProto.Corpus.Tests.Model;

/// <summary>Makes random schemas: seeded, so that a failure can be had again.</summary>
public sealed class SchemaGenerator(Random random)
{
    private readonly List<StructModel> _structs = [];
    private readonly List<EnumModel> _enums = [];
    private SchemaModel _schema = null!;
    private int _nextName;
    private bool _evolves;

    /// <param name="name">Of the schema.</param>
    /// <param name="evolves">Whether it shall have an older version: then some members are new.</param>
    public SchemaModel Next(string name, bool evolves)
    {
        (_schema, _evolves) = (new SchemaModel(name, Id()), evolves);
        _structs.Clear();
        _enums.Clear();
        _nextName = 0;
        for (var count = random.Next(3); count >= 0; count--)
            AddEnum(null);
        for (var count = random.Next(1, 3); count > 0; count--)
            AddStruct(null, 0);
        if (random.Next(3) == 0)
            AddGeneric();
        var root = AddStruct(null, 0);
        foreach (var one in _structs.Where(one => one != root))
            Fill(one);

        // Last: what a list became a list of, and what a default names, has to be complete.
        Fill(root);
        return _schema;
    }

    private ulong Id() => (ulong)random.NextInt64() | (1UL << 63);

    private string Name(char kind) => kind + (_nextName++).ToString(System.Globalization.CultureInfo.InvariantCulture);

    private void AddEnum(StructModel? parent)
    {
        var count = random.Next(1, 8);
        var added = new EnumModel(Name('E'), parent) { OldCount = _evolves ? random.Next(1, count + 1) : count };
        for (var index = 0; index < count; index++)
            added.Enumerants.Add(Name('e'));
        (parent?.Enums ?? _schema.Enums).Add(added);
        _enums.Add(added);
    }

    private StructModel AddStruct(StructModel? parent, int depth)
    {
        var added = new StructModel(Name('S'), parent, Id());
        (parent?.Structs ?? _schema.Structs).Add(added);
        _structs.Add(added);
        if (random.Next(4) == 0)
            AddEnum(added);
        if (depth < 2 && random.Next(6) == 0)
            AddStruct(added, depth + 1);
        return added;
    }

    private void AddGeneric()
    {
        var generic = AddStruct(null, 2);
        generic.OwnParameters.AddRange(random.Next(2) == 0 ? ["T"] : ["Key", "Value"]);
        var inner = AddStruct(generic, 2);
        if (random.Next(3) == 0)
            inner.OwnParameters.Add("U");
        foreach (var scope in (StructModel[])[generic, inner])
            scope.Members.Add(new FieldMember(Name('f'), new CorpusType(Kind.Parameter, Parameter: random.Next(scope.AllParameters.Count)),
                null));
    }

    private void Fill(StructModel scope)
    {
        if (scope.Members.Count > 1)
            return;
        Fill(scope, scope.Members, random.Next(1, 6), depth: 0, mustBeOld: false);
        if (random.Next(3) == 0)
            scope.Members.Add(Union(scope, "", 0, isNew: false));
        Ordinals.Assign(scope);
    }

    private void Fill(StructModel scope, List<Member> members, int count, int depth, bool mustBeOld)
    {
        for (; count > 0; count--)
        {
            var isNew = _evolves && !mustBeOld && members.Count > 0 && random.Next(3) == 0;
            var choice = depth < 3 ? random.Next(10) : 9;
            members.Add(choice switch
            {
                0 => Group(scope, depth, isNew),
                1 => Union(scope, Name('u'), depth, isNew),
                _ => Field(scope, isNew),
            });
        }
    }

    private GroupMember Group(StructModel scope, int depth, bool isNew)
    {
        var group = new GroupMember(Name('g'), isUnion: false) { IsNew = isNew };
        Fill(scope, group.Members, random.Next(1, 4), depth + 1, mustBeOld: false);
        if (depth < 2 && random.Next(6) == 0)
            group.Members.Add(Union(scope, "", depth + 1, isNew: false));
        return group;
    }

    /// <summary>Its first member is a field and old, so that it is the one that an unset union holds.</summary>
    private GroupMember Union(StructModel scope, string name, int depth, bool isNew)
    {
        var union = new GroupMember(name, isUnion: true) { IsNew = isNew, WasField = _evolves && !isNew && random.Next(3) == 0 };
        union.Members.Add(Field(scope, isNew: false));
        if (union.WasField)
        {
            for (var count = random.Next(1, 4); count > 0; count--)
                union.Members.Add(random.Next(4) == 0 ? Group(scope, 2, isNew: true) : Field(scope, isNew: true));
            return union;
        }

        Fill(scope, union.Members, 1, 3, mustBeOld: true);
        Fill(scope, union.Members, random.Next(4), Math.Max(depth + 1, 1), mustBeOld: false);
        return union;
    }

    private FieldMember Field(StructModel scope, bool isNew)
    {
        var types = new TypeGenerator(random, scope, _structs, _enums);
        var type = _evolves && !isNew && random.Next(8) == 0 ? Upgradable() ?? types.Next(0) : types.Next(0);
        var oldType = _evolves && !isNew ? OldType(type) : null;
        var value = oldType is null && random.Next(3) == 0 && HasDefault(type)
            ? new ValueGenerator(random, isForDefault: true).Next(type, 0)
            : null;
        return new FieldMember(Name('f'), type, value) { IsNew = isNew, OldType = oldType };
    }

    private CorpusType? OldType(CorpusType type)
    {
        var canBeAny = type is { Kind: Kind.Text or Kind.Data } or { Kind: Kind.List, Element.Kind: Kind.UInt64 }
            or { Kind: Kind.Struct, Struct.IsGeneric: false };
        if (canBeAny && random.Next(4) == 0)
            return CorpusType.Any;
        return type is { Kind: Kind.List, Element: { Kind: Kind.Struct, Struct.IsGeneric: false } }
            ? Upgraded(type.Element!.Struct!)
            : null;
    }

    /// <summary>A list of structs that may have been a list of something else; chance alone makes too few.</summary>
    private CorpusType? Upgradable()
    {
        var elements = _structs.Where(one => !one.IsGeneric && Upgraded(one) is not null).ToArray();
        return elements.Length == 0
            ? null
            : new CorpusType(Kind.List, Element: new CorpusType(Kind.Struct, Struct: elements[random.Next(elements.Length)]));
    }

    /// <summary>A list of structs may have been a list of their first field, if that is not a bool, struct or group.</summary>
    private static CorpusType? Upgraded(StructModel element) =>
        element.Members.FirstOrDefault() is FieldMember { IsNew: false, OldType: null, Default: null, Type: var type }
            && element.Members.Count > 1
        && (type.IsNumber || type.Kind is Kind.Text or Kind.Data || (type.Kind == Kind.List && !type.HasAny()))
            ? new CorpusType(Kind.List, Element: type) : null;

    private static bool HasDefault(CorpusType type) => type.Kind switch
    {
        Kind.Void or Kind.Any or Kind.Parameter => false,
        Kind.List => HasDefault(type.Element!) || type.Element!.Kind == Kind.Void,

        // Only of structs that are complete: the schema's text names their fields.
        Kind.Struct => type.Struct!.Members.Count > 1 && !type.Struct.IsGeneric
            && type.Struct.Members.TrueForAll(member => member is FieldMember { Type.IsPointer: false, IsNew: false, Ordinal: >= 0 }),
        _ => true,
    };
}
