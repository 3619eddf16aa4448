using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>
/// Compares a document with the types that it is to become and names everything that does not fit: unknown fields, missing ones,
/// wrong kinds of values. The serializer alone stops at the first of them and knows no near misses; it reads what passes here.
/// </summary>
internal sealed class DocumentShape
{
    private readonly List<DocumentFault> _faults = [];

    private readonly Func<string, string?> _written;

    private DocumentShape(Func<string, string?> written) => _written = written;

    internal static IReadOnlyList<DocumentFault> Check(JsonNode? document, JsonTypeInfo type, Func<string, string?> written)
    {
        var shape = new DocumentShape(written);
        shape.Visit("", document, type);
        return shape._faults;
    }

    private void Visit(string path, JsonNode? node, JsonTypeInfo type)
    {
        if (node is null)
            Fault(path, $"is empty; {Expected(type)} is expected");
        else if (IsAnyObject(type) && node is JsonObject)
            return;
        else if (type.Kind == JsonTypeInfoKind.Object && node is JsonObject thing)
            VisitObject(path, thing, type);
        else if (type.Kind == JsonTypeInfoKind.Enumerable && node is JsonArray list)
            VisitList(path, list, type.Options.GetTypeInfo(type.ElementType!));
        else if (type.Kind == JsonTypeInfoKind.Dictionary && node is JsonObject map)
            VisitMap(path, map, type.Options.GetTypeInfo(type.ElementType!));
        else if (type.Kind == JsonTypeInfoKind.None && node is JsonValue value && !IsAnyObject(type))
            VisitValue(path, value, type);
        else
            Fault(path, $"is {Shapes.Of(node)}; {Expected(type)} is expected");
    }

    private void VisitObject(string path, JsonObject thing, JsonTypeInfo type)
    {
        foreach (var (name, value) in thing.ToList())
        {
            var field = type.Properties.FirstOrDefault(property => property.Name == name);
            if (field is null)
                Fault(Under(path, name),
                    $"unknown field '{name}'{NameSuggestion.Hint(name, type.Properties.Select(property => property.Name))}");
            else if (value is null)
                // An empty value means "not set", as it does to Kubernetes.
                thing.Remove(name);
            else
                Visit(Under(path, name), value, type.Options.GetTypeInfo(field.PropertyType));
        }
        foreach (var missing in type.Properties.Where(property => IsRequired(property) && !thing.ContainsKey(property.Name)))
            Fault(Under(path, missing.Name), $"field '{missing.Name}' is missing");
    }

    private void VisitList(string path, JsonArray list, JsonTypeInfo element)
    {
        for (var i = 0; i < list.Count; i++)
            Visit(FormattableString.Invariant($"{path}[{i}]"), list[i], element);
    }

    private void VisitMap(string path, JsonObject map, JsonTypeInfo element)
    {
        foreach (var (name, value) in map.ToList())
            if (value is null)
                map.Remove(name);
            else
                Visit(Under(path, name), value, element);
    }

    private void VisitValue(string path, JsonValue value, JsonTypeInfo type)
    {
        if (Shapes.Refusal(value, type, _written(path)) is { } message)
            Fault(path, message);
    }

    /// <summary>What a pod takes as it is.</summary>
    private static bool IsAnyObject(JsonTypeInfo type) => type.Type == typeof(JsonElement) || type.Type == typeof(JsonElement?);

    private static bool IsRequired(JsonPropertyInfo property) =>
        property.IsRequired || property.AssociatedParameter is { HasDefaultValue: false, IsMemberInitializer: false };

    private static string Expected(JsonTypeInfo type) => type.Kind switch
    {
        JsonTypeInfoKind.Object or JsonTypeInfoKind.Dictionary => "an object",
        _ when IsAnyObject(type) => "an object",
        JsonTypeInfoKind.Enumerable => "a list",
        _ => Shapes.Expected(type),
    };

    private static string Under(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private void Fault(string path, string message) => _faults.Add(new DocumentFault(path, message));
}
