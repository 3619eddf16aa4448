namespace K8sMediaFlow.CapnProto.Corpus.Tests.Model;

/// <summary>The older version of a schema: without what is new, with lists before they became lists of structs, any-pointers before they
/// became certain ones, and fields before they moved into a union.</summary>
public sealed class OlderVersion
{
    private readonly Dictionary<StructModel, StructModel> _structs = [];
    private readonly Dictionary<EnumModel, EnumModel> _enums = [];

    public static SchemaModel Of(SchemaModel newer)
    {
        var version = new OlderVersion();
        var older = new SchemaModel(newer.Name + "Old", newer.Id ^ 0x5555);
        foreach (var one in newer.Enums)
            older.Enums.Add(version.Declare(one, null));
        foreach (var one in newer.Structs)
            older.Structs.Add(version.Declare(one, null));
        foreach (var (from, to) in version._structs)
            to.Members.AddRange(version.Members(from.Members));
        return older;
    }

    private StructModel Declare(StructModel from, StructModel? parent)
    {
        var to = _structs[from] = new StructModel(from.Name, parent, from.Id ^ 0x5555);
        to.OwnParameters.AddRange(from.OwnParameters);
        to.Enums.AddRange(from.Enums.Select(one => Declare(one, to)));
        to.Structs.AddRange(from.Structs.Select(one => Declare(one, to)));
        return to;
    }

    private EnumModel Declare(EnumModel from, StructModel? parent)
    {
        var to = _enums[from] = new EnumModel(from.Name, parent) { OldCount = from.OldCount };
        to.Enumerants.AddRange(from.Enumerants.Take(from.OldCount));
        return to;
    }

    private IEnumerable<Member> Members(List<Member> members)
    {
        foreach (var member in members.Where(one => !one.IsNew))
        {
            if (member is FieldMember field)
                yield return Field(field);
            else if (member is GroupMember { WasField: true } union)
                yield return Field((FieldMember)union.Members[0]);
            else
                yield return Group((GroupMember)member);
        }
    }

    private FieldMember Field(FieldMember from) => new(from.Name, Map(from.OldType ?? from.Type), from.Default)
    {
        Ordinal = from.Ordinal,
        NewType = from.OldType is { Kind: Kind.Any } ? Map(from.Type) : null,
    };

    private GroupMember Group(GroupMember from)
    {
        var to = new GroupMember(from.Name, from.IsUnion);
        to.Members.AddRange(Members(from.Members));
        return to;
    }

    private CorpusType Map(CorpusType type) => type with
    {
        Element = type.Element is null ? null : Map(type.Element),
        Struct = type.Struct is null ? null : _structs[type.Struct],
        Enum = type.Enum is null ? null : _enums[type.Enum],
        Arguments = type.Arguments?.Select(Map).ToArray(),
    };
}
