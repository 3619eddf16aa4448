namespace K8sMediaFlow.Pipelines.Planning;

/// <summary>Walks a document that somebody else wrote and remembers the first thing that is wrong, with its place.</summary>
internal sealed class PlanCheck
{
    private readonly PlanCheck? _root;
    private readonly string _at;
    private string? _error;

    internal PlanCheck() => _at = "plan";

    private PlanCheck(PlanCheck root, string at) => (_root, _at) = (root, at);

    internal string? Error => Root._error;

    internal bool Failed => Error is not null;

    private PlanCheck Root => _root ?? this;

    internal PlanCheck Under(string field) => new(Root, Place(field));

    internal void That(string field, bool holds, string message)
    {
        if (!holds)
            Root._error ??= $"{Place(field)}: {message}";
    }

    internal void Number(string field, long value, long min, long max) =>
        That(field, value >= min && value <= max, $"{value} is not between {min} and {max}");

    internal void Label(string field, string value) =>
        That(field, Graph.Names.IsLabel(value), $"'{Shortened(value)}' is no name (lower-case letters, digits and '-', at most 63)");

    internal void Text(string field, string value) =>
        That(field, value.Length <= PlanLimits.TextCharsMax, $"longer than {PlanLimits.TextCharsMax} characters");

    /// <summary>Checks every element, that no key comes twice, and that no list is so long that only an attack can mean it.</summary>
    internal void Each<T>(string field, IReadOnlyList<T> list, Func<T, string> key, Action<PlanCheck, T> check)
    {
        That(field, list.Count <= PlanLimits.ListMax, $"{list.Count} are more than {PlanLimits.ListMax}");
        var seen = new HashSet<string>();
        for (var i = 0; i < list.Count && !Failed; i++)
        {
            // A JSON null inside a list passes the serializer's nullability check, which looks at properties only.
            var item = Under($"{field}[{i}]");
            item.That("", list[i] is not null, "null is not allowed here");
            if (Failed)
                return;
            item.That("", seen.Add(key(list[i])), $"'{Shortened(key(list[i]))}' is there twice");
            check(item, list[i]);
        }
    }

    private static string Shortened(string value) => value.Length <= 80 ? value : value[..80] + "…";

    private string Place(string field) => field.Length == 0 ? _at : _at == "plan" ? field : $"{_at}.{field}";
}
