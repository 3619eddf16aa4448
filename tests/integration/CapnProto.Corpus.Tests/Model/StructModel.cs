namespace K8sMediaFlow.CapnProto.Corpus.Tests.Model;

/// <summary>A member of a struct, group or union; a union's members share one place.</summary>
public abstract class Member(string name)
{
    /// <summary>Empty for an unnamed union.</summary>
    public string Name => name;

    public int Ordinal { get; set; } = -1;

    /// <summary>Whether only the newer one of an evolution pair has it.</summary>
    public bool IsNew { get; init; }
}

public sealed class FieldMember(string name, CorpusType type, Val? fallback) : Member(name)
{
    public CorpusType Type => type;

    /// <summary>
    /// The type in the older one of an evolution pair, if a list of values became a list of structs, or an any-pointer a certain one.
    /// </summary>
    public CorpusType? OldType { get; init; }

    /// <summary>
    /// Of an any-pointer: the type that it has in the newer one of an evolution pair, and that its writers mostly put there.
    /// </summary>
    public CorpusType? NewType { get; init; }

    /// <summary>The schema's default, or null.</summary>
    public Val? Default => fallback;
}

public sealed class GroupMember(string name, bool isUnion) : Member(name)
{
    public bool IsUnion => isUnion;

    /// <summary>Whether the older one of an evolution pair has the first member in the union's place, and no union.</summary>
    public bool WasField { get; init; }

    public List<Member> Members { get; } = [];
}

public sealed class StructModel(string name, StructModel? parent, ulong id)
{
    public string Name => name;

    public StructModel? Parent => parent;

    public ulong Id => id;

    public List<string> OwnParameters { get; } = [];

    public List<Member> Members { get; } = [];

    public List<StructModel> Structs { get; } = [];

    public List<EnumModel> Enums { get; } = [];

    public IReadOnlyList<string> AllParameters => [.. parent?.AllParameters ?? [], .. OwnParameters];

    public bool IsGeneric => AllParameters.Count > 0;

    /// <summary>The name from the file on, in C# and in the schema alike.</summary>
    public string Path => parent is null ? name : parent.Path + "." + name;

    public bool HasAny(HashSet<StructModel> seen) => HasAny(Members, seen);

    private static bool HasAny(List<Member> members, HashSet<StructModel> seen) => members.Any(member => member switch
    {
        FieldMember field => field.Type.HasAny(seen),
        GroupMember group => HasAny(group.Members, seen),
        _ => false,
    });
}

public sealed class SchemaModel(string name, ulong id)
{
    /// <summary>File, namespace and driver are called after it.</summary>
    public string Name => name;

    public ulong Id => id;

    public List<StructModel> Structs { get; } = [];

    public List<EnumModel> Enums { get; } = [];

    /// <summary>What can be the root of a message: every struct without type parameters.</summary>
    public IReadOnlyList<StructModel> Roots => [.. All(Structs).Where(one => !one.IsGeneric)];

    public static IEnumerable<StructModel> All(IEnumerable<StructModel> structs) =>
        structs.SelectMany(one => All(one.Structs).Prepend(one));
}
