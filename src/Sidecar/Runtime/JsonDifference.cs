using System.Text.Json;

namespace K8sMediaFlow.Sidecar.Runtime;

/// <summary>The first place at which two JSON documents differ, for people.</summary>
internal readonly record struct JsonDifference(string Place, string Left, string Right)
{
    private const int TextCharsMax = 120;

    public static JsonDifference? First(JsonElement left, JsonElement right, string place = "")
    {
        if (left.ValueKind != right.ValueKind)
            return new JsonDifference(place, Text(left), Text(right));
        return left.ValueKind switch
        {
            JsonValueKind.Object => FirstOfObject(left, right, place),
            JsonValueKind.Array => FirstOfArray(left, right, place),
            _ => left.GetRawText() == right.GetRawText() ? null : new JsonDifference(place, Text(left), Text(right)),
        };
    }

    private static JsonDifference? FirstOfObject(JsonElement left, JsonElement right, string place)
    {
        foreach (var property in left.EnumerateObject())
        {
            var at = place.Length == 0 ? property.Name : $"{place}.{property.Name}";
            if (!right.TryGetProperty(property.Name, out var other))
                return new JsonDifference(at, Text(property.Value), "nothing");
            if (First(property.Value, other, at) is { } difference)
                return difference;
        }
        foreach (var property in right.EnumerateObject())
        {
            if (!left.TryGetProperty(property.Name, out _))
                return new JsonDifference(place.Length == 0 ? property.Name : $"{place}.{property.Name}", "nothing", Text(property.Value));
        }
        return null;
    }

    // Lists of things with names are compared by name: a thing that came or went is told as such, and not as a change of its neighbours.
    private static JsonDifference? FirstOfArray(JsonElement left, JsonElement right, string place)
    {
        var (was, asked) = (left.EnumerateArray().ToDictionary(NameOf), right.EnumerateArray().ToDictionary(NameOf));
        foreach (var (name, element) in was)
        {
            if (!asked.TryGetValue(name, out var other))
                return new JsonDifference($"{place}[{name}]", "it", "none");
            if (First(element, other, $"{place}[{name}]") is { } difference)
                return difference;
        }
        return asked.Keys.FirstOrDefault(name => !was.ContainsKey(name)) is { } added
            ? new JsonDifference($"{place}[{added}]", "none", "one")
            : null;
    }

    private static string NameOf(JsonElement element)
    {
        if (element.ValueKind != JsonValueKind.Object)
            return Text(element);
        var name = element.TryGetProperty("name", out var own)
            ? own.GetString()
            : element.TryGetProperty("operator", out var other) ? other.GetString() : element.GetRawText();
        return element.TryGetProperty("replica", out var replica) ? $"{name}/{replica}" : name!;
    }

    private static string Text(JsonElement element)
    {
        var text = element.ValueKind == JsonValueKind.String ? $"'{element.GetString()}'" : element.GetRawText();
        return text.Length <= TextCharsMax ? text : text[..TextCharsMax] + "…";
    }
}
