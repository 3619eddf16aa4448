namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>A type of a schema. The same type of the same schema is the same object.</summary>
public sealed class DynamicType
{
    private static readonly DynamicType[] PlainTypes =
        [.. Enumerable.Range(0, (int)DynamicKind.Unknown + 1).Select(kind => new DynamicType((DynamicKind)kind, kind))];

    internal DynamicType(DynamicKind kind, int number) => (Kind, Number) = (kind, number);

    public DynamicKind Kind { get; }

    /// <summary>Of a list.</summary>
    public DynamicType Element => ElementOrNull ?? throw Wrong("list");

    /// <summary>Of a struct or group.</summary>
    public StructSchema Struct => StructOrNull ?? throw Wrong("struct");

    /// <summary>Of an enum.</summary>
    public EnumSchema Enum => EnumOrNull ?? throw Wrong("enum");

    internal int Number { get; }

    internal DynamicType? ElementOrNull { get; init; }

    internal StructSchema? StructOrNull { get; init; }

    internal EnumSchema? EnumOrNull { get; init; }

    /// <summary>A type that has no parts: a number, text, data, any-pointer.</summary>
    public static DynamicType Plain(DynamicKind kind) => kind is DynamicKind.List or DynamicKind.Struct or DynamicKind.Enum
        ? throw new ArgumentException($"A {kind} is not one type but many.", nameof(kind))
        : PlainTypes[(int)kind];

    /// <summary>As a schema would name it.</summary>
    public override string ToString() => Kind switch
    {
        DynamicKind.List => $"List({Element})",
        DynamicKind.Struct => Struct.Name,
        DynamicKind.Enum => Enum.Name,
        _ => Kind.ToString(),
    };

    private InvalidOperationException Wrong(string what) => new($"{Kind} is no {what}.");
}
