using System.Text.Json;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.EndToEnd.Tests.Images;

/// <summary>The CycloneDX document beside an image archive.</summary>
internal sealed class BillOfMaterials
{
    private readonly JsonElement _document;

    public BillOfMaterials(string image)
    {
        var file = Path.Combine(Programs.Root, "artifacts", "images", image + ".cdx.json");
        File.Exists(file).ShouldBeTrue($"{file} is not there: run `make images`");
        _document = JsonDocument.Parse(File.ReadAllBytes(file)).RootElement.Clone();
        Components = [.. _document.GetProperty("components").EnumerateArray().Select(one => Text(one, "bom-ref"))];
    }

    public string Format => $"{Text(_document, "bomFormat")} {Text(_document, "specVersion")}";

    /// <summary>The references of all components: package URLs, but for the system's.</summary>
    public IReadOnlyList<string> Components { get; }

    private static string Text(JsonElement element, string field) => element.GetProperty(field).GetString()!;
}
