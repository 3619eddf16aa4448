using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>
/// A value of a JSON document and how one gets there. The document is UTF-8; escapes in it can still make what is no text.
/// Compiled into the room for Protobuf too: each says by itself what a mistake throws.
/// </summary>
internal sealed partial record JsonPlace(JsonElement Element, JsonPlace? Outer, string Step)
{
    public string Path => Outer is null ? "$" : Outer.Path + Step;

    public JsonValueKind Kind => Element.ValueKind;

    /// <summary>Of an object.</summary>
    public IEnumerable<(string Name, JsonPlace Place)> Members() =>
        Element.EnumerateObject()
            .Select(property => Name(property) is var name ? (name, new JsonPlace(property.Value, this, "." + name)) : default);

    /// <summary>Of an array.</summary>
    public IEnumerable<JsonPlace> Items() =>
        Element.EnumerateArray()
            .Select((item, index) => new JsonPlace(item, this, string.Create(CultureInfo.InvariantCulture, $"[{index}]")));

    public void Require(bool fits, string expected)
    {
        if (!fits)
            Fail($"expected {expected}, found {Described()}");
    }

    public string Text(string expected)
    {
        Require(Kind == JsonValueKind.String, expected);
        return Decoded(Element.GetString)!;
    }

    [DoesNotReturn]
    public partial void Fail(string reason);

    private string Name(JsonProperty property) => Decoded(() => property.Name);

    private T Decoded<T>(Func<T> decode)
    {
        try
        {
            return decode();
        }
        catch (InvalidOperationException)
        {
            Fail("half of a surrogate pair is no character");
            return default;
        }
    }

    private string Described() => Kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String or JsonValueKind.Number => Element.GetRawText() is { Length: <= 40 } text ? text : "a long value",
        var kind => kind.ToString().ToLowerInvariant(),
    };
}
