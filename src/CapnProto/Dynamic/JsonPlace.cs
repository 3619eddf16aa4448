using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>A value of a JSON document and how one gets there.</summary>
internal sealed record JsonPlace(JsonElement Element, JsonPlace? Outer, string Step)
{
    public string Path => Outer is null ? "$" : Outer.Path + Step;

    public JsonValueKind Kind => Element.ValueKind;

    public JsonPlace Member(JsonProperty property) => new(property.Value, this, "." + property.Name);

    public JsonPlace Item(JsonElement element, int index) => new(element, this, string.Create(CultureInfo.InvariantCulture, $"[{index}]"));

    public void Require(bool fits, string expected)
    {
        if (!fits)
            Fail($"expected {expected}, found {Described()}");
    }

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
    public void Fail(string reason) => throw new JsonFaultException(Path, reason);

    private string Described() => Kind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String or JsonValueKind.Number => Element.GetRawText() is { Length: <= 40 } text ? text : "a long value",
        var kind => kind.ToString().ToLowerInvariant(),
    };
}
