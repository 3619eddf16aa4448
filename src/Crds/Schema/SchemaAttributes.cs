namespace K8sMediaFlow.Crds.Schema;

/// <summary>A kind that the API server stores: its names, and whether it can be scaled.</summary>
[AttributeUsage(AttributeTargets.Class)]
public sealed class CustomKindAttribute(string plural, string shortName) : Attribute
{
    public string Plural { get; } = plural;
    public string ShortName { get; } = shortName;

    /// <summary>The type of the status where the kind's own property is untyped.</summary>
    public Type? Status { get; init; }

    public bool HasScale { get; init; }
}

/// <summary>A column of <c>kubectl get</c>, in the order of declaration. Priority 1 shows with <c>-o wide</c> only.</summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class PrinterColumnAttribute(string name, string type, string path, string description) : Attribute
{
    public string Name { get; } = name;
    public string Type { get; } = type;
    public string Path { get; } = path;
    public string Description { get; } = description;
    public int Priority { get; init; }
}

/// <summary>
/// A list whose entries are told apart by these fields: duplicates are refused, and several writers may own entries of their own.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ListKeysAttribute(params string[] keys) : Attribute
{
    public IReadOnlyList<string> Keys { get; } = keys;
}

/// <summary>The most entries of a list or map.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MaxItemsAttribute(int count) : Attribute
{
    public int Count { get; } = count;
}

/// <summary>The most characters of a text.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class MaxCharsAttribute(int count) : Attribute
{
    public int Count { get; } = count;
}

/// <summary>The least and the largest value of a number.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BoundsAttribute(long min, long max) : Attribute
{
    public long Min { get; } = min;
    public long Max { get; } = max;
}

/// <summary>A default that the server fills in, where the type leaves the field unset.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ServerDefaultAttribute(int value) : Attribute
{
    public int Value { get; } = value;
}

/// <summary>
/// A rule in CEL over one object (<c>self</c>), for servers that evaluate it. Each has a twin among the graph rules with the same verdict,
/// since older servers drop it without a word.
/// </summary>
[AttributeUsage(AttributeTargets.Class, AllowMultiple = true)]
public sealed class CelRuleAttribute(string rule, string message) : Attribute
{
    public string Rule { get; } = rule;
    public string Message { get; } = message;

    /// <summary>Evaluated at the root of the object instead, where metadata.name can be seen; messages name metadata.</summary>
    public bool AtRoot { get; init; }
}
