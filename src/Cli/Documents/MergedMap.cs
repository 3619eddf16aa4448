using System.Text.Json.Nodes;

namespace K8sMediaFlow.Cli.Documents;

/// <summary>
/// A map as kubectl reads it: entries of its own, and those of others that <c>&lt;&lt;</c> brings in. What is written later wins there;
/// YAML wants the map's own to win, so an order in which the two differ is refused.
/// </summary>
internal sealed class MergedMap
{
    private readonly HashSet<string> _own = [];

    internal JsonObject Entries { get; } = [];

    /// <summary>An entry of its own; returns what is wrong with it.</summary>
    internal string? Set(string key, JsonNode? value)
    {
        if (!_own.Add(key))
            return $"key '{key}' is there twice: remove one";
        Entries[key] = value;
        return null;
    }

    /// <summary>The entries of a map, or of several of which the first wins; returns what is wrong with them.</summary>
    internal string? Merge(JsonNode? value, Action<string> merged)
    {
        var maps = value is JsonArray several ? [.. several] : new[] { value };
        if (maps.Any(map => map is not JsonObject))
            return "'<<' takes a map or a list of maps, mostly an alias such as *base";
        string? wrong = null;
        foreach (var (key, entry) in maps.Reverse().SelectMany(map => map!.AsObject()))
        {
            if (_own.Contains(key))
                wrong ??= $"'{key}' stands before the '<<' that sets it too, and kubectl would take the other value: write '<<' first";
            else
                Entries[key] = entry?.DeepClone();
            merged(key);
        }
        return wrong;
    }
}
