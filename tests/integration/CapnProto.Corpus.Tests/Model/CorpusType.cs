namespace K8sMediaFlow.CapnProto.Corpus.Tests.Model;

public enum Kind
{
    Void,
    Bool,
    Int8,
    Int16,
    Int32,
    Int64,
    UInt8,
    UInt16,
    UInt32,
    UInt64,
    Float32,
    Float64,
    Enum,
    Text,
    Data,
    List,
    Struct,
    Any,
    Parameter,
}

/// <summary>A type of a random schema, as the tests know it: independent of what the generator makes of it.</summary>
/// <param name="Arguments">Of a struct: one for each parameter of its scopes; missing ones are any pointers.</param>
/// <param name="Parameter">Which of the scopes' parameters, counted from the outermost.</param>
public sealed record CorpusType(
    Kind Kind,
    CorpusType? Element = null,
    StructModel? Struct = null,
    EnumModel? Enum = null,
    IReadOnlyList<CorpusType>? Arguments = null,
    int Parameter = -1)
{
    public static CorpusType Any { get; } = new(Kind.Any);

    public bool IsPointer => Kind >= Kind.Text;

    public bool IsNumber => Kind is > Kind.Bool and <= Kind.Enum;

    /// <summary>The type with the parameters replaced.</summary>
    public CorpusType With(IReadOnlyList<CorpusType> arguments) => Kind switch
    {
        Kind.Parameter => Parameter < arguments.Count ? arguments[Parameter] : Any,
        Kind.List => this with { Element = Element!.With(arguments) },
        Kind.Struct => this with { Arguments = AllArguments.Select(one => one.With(arguments)).ToArray() },
        _ => this,
    };

    public IReadOnlyList<CorpusType> AllArguments =>
        [.. Arguments ?? [], .. Enumerable.Repeat(Any, Math.Max(0, (Struct?.AllParameters.Count ?? 0) - (Arguments?.Count ?? 0)))];

    /// <summary>Whether a value of it can hold something whose kind the schema leaves open.</summary>
    public bool HasAny(HashSet<StructModel>? seen = null) => Kind switch
    {
        Kind.Any => true,
        Kind.List => Element!.HasAny(seen),
        Kind.Struct => AllArguments.Any(one => one.HasAny(seen))
            || (!(seen ?? []).Contains(Struct!) && Struct!.HasAny([.. seen ?? [], Struct!])),
        _ => false,
    };
}

public sealed class EnumModel(string name, StructModel? parent)
{
    public string Name => name;

    public StructModel? Parent => parent;

    public List<string> Enumerants { get; } = [];

    /// <summary>How many of them the older one of an evolution pair has.</summary>
    public int OldCount { get; init; }
}
