using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace K8sMediaFlow.Protobuf;

/// <summary>A value of a JSON document and how one gets there.</summary>
internal sealed record JsonPlace(JsonElement Element, JsonPlace? Outer, string Step)
{
    public string Path => Outer is null ? "$" : Outer.Path + Step;

    public JsonValueKind Kind => Element.ValueKind;

    public IEnumerable<(string Name, JsonPlace Place)> Members() =>
        Element.EnumerateObject().Select(property => (property.Name, new JsonPlace(property.Value, this, "." + property.Name)));

    public IEnumerable<JsonPlace> Items() =>
        Element.EnumerateArray().Select((item, index) => new JsonPlace(item, this, string.Create(CultureInfo.InvariantCulture, $"[{index}]")));

    /// <summary>A map's key, read like a value.</summary>
    public JsonPlace Key(string name) => new(JsonSerializer.SerializeToElement(name), this, "." + name);

    public void Require(bool fits, string expected)
    {
        if (!fits)
            Fail($"expected {expected}, found {Described()}");
    }

    public void RequireObject(MessageType type) => Require(Kind == JsonValueKind.Object, $"an object ({type})");

    public string Text(string expected)
    {
        Require(Kind == JsonValueKind.String, expected);
        try
        {
            return Element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            Fail("half of a surrogate pair is no character");
            return "";
        }
    }

    [DoesNotReturn]
    public void Fail(string reason) => throw new ProtobufException($"{Path}: {reason}");

    private string Described() => Kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String or JsonValueKind.Number => Element.GetRawText() is { Length: <= 40 } text ? text : "a long value",
        var kind => kind.ToString().ToLowerInvariant(),
    };
}
