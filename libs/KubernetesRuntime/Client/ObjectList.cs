using System.Text.Json;
using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.KubernetesRuntime.Client;

/// <summary>Objects of one moment.</summary>
/// <param name="Items">Those that could be read.</param>
/// <param name="ResourceVersion">The moment: where a watch goes on from.</param>
/// <param name="Continue">The token of the next page; null after the last.</param>
/// <param name="Unreadable">Those that could not: one bad object must not hide all the others.</param>
public sealed record ObjectList<T>(IReadOnlyList<T> Items, string ResourceVersion, string? Continue,
    IReadOnlyList<UnreadableObject> Unreadable)
    where T : class, IKubernetesObject;

/// <summary>An object whose content does not fit its type here.</summary>
public sealed record UnreadableObject(ObjectMeta Metadata, string Error)
{
    public ObjectKey Key { get; } = new(Metadata.Namespace ?? "", Metadata.Name ?? "");
}

/// <summary>What a list or watch selects; nulls select all.</summary>
public sealed record Selection(string? Labels = null, string? Fields = null);

/// <summary>Reads objects one by one out of what surrounds them.</summary>
internal static class ObjectReading
{
    /// <exception cref="JsonException">Not even the metadata can be read.</exception>
    public static (T? Value, UnreadableObject? Unreadable) Read<T>(JsonElement element, ResourceType<T> type)
        where T : class, IKubernetesObject
    {
        try
        {
            var value = element.Deserialize(type.Json);
            return value?.Metadata?.Name is null ? throw new JsonException("an object without a name") : (value, null);
        }
        catch (JsonException error)
        {
            var known = element.Deserialize(KubernetesJson.Default.MetadataOnly)?.Metadata;
            return known?.Name is null
                ? throw new JsonException($"an object without a name: {error.Message}", error)
                : (null, new(known, error.Message));
        }
    }

    public static async Task<ObjectList<T>> ReadListAsync<T>(Stream stream, ResourceType<T> type, CancellationToken cancel)
        where T : class, IKubernetesObject
    {
        using var document = await JsonDocument.ParseAsync(stream, new() { MaxDepth = 128 }, cancel);
        var (items, unreadable) = (new List<T>(), new List<UnreadableObject>());
        if (document.RootElement.TryGetProperty("items", out var list) && list.ValueKind == JsonValueKind.Array)
        {
            foreach (var element in list.EnumerateArray())
            {
                var (value, bad) = Read(element, type);
                if (value is not null)
                    items.Add(value);
                else
                    unreadable.Add(bad!);
            }
        }
        return new(items, Metadata(document, "resourceVersion") ?? "", Metadata(document, "continue"), unreadable);
    }

    private static string? Metadata(JsonDocument document, string name) =>
        document.RootElement.TryGetProperty("metadata", out var metadata) && metadata.TryGetProperty(name, out var value)
            && value.GetString() is { Length: > 0 } text
            ? text : null;
}
