using System.Text.Json;
using System.Text.Json.Nodes;
using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>From JSON that anybody may have written to a <see cref="MediaPipeline"/>, strictly.</summary>
public static class MediaPipelineReader
{
    /// <summary>
    /// The pipeline, or null and everything that is wrong with its shape. Rules about its content are GraphRules' business.
    /// </summary>
    /// <param name="document">Stays as it is.</param>
    /// <param name="faults">Empty where there is a pipeline.</param>
    /// <param name="written">By its place, the text that stood for a value before it became JSON, so that what people are told to write
    /// keeps it.</param>
    public static MediaPipeline? Read(JsonNode? document, out IReadOnlyList<DocumentFault> faults, Func<string, string?>? written = null)
    {
        // The shape check removes empty values.
        var copy = document?.DeepClone();
        var type = CrdJsonContext.Default.MediaPipeline;
        faults = Identity(copy) is { } foreign
            ? foreign
            : [.. Metadata(copy!["metadata"], written ?? Unwritten), .. DocumentShape.Check(copy, type, written ?? Unwritten)];
        if (faults.Count > 0)
            return null;
        try
        {
            return copy.Deserialize(type);
        }
        catch (JsonException wrong)
        {
            faults = [new DocumentFault(wrong.Path?.TrimStart('$').TrimStart('.') ?? "", wrong.Message)];
            return null;
        }
    }

    /// <summary>
    /// What is left of a document without the faults that were found in it, or null where it says nothing by itself: for showing all errors
    /// at once.
    /// </summary>
    public static MediaPipeline? ReadWithout(JsonNode? document, IReadOnlyList<DocumentFault> faults) =>
        document?.DeepClone() is JsonObject copy && Identity(copy) is null ? Remainder.Of(copy, faults) : null;

    /// <summary>A pipeline as the API server holds it. Its metadata are taken as they are: the server wrote them.</summary>
    public static MediaPipeline? Read(CustomObject stored, out IReadOnlyList<DocumentFault> faults)
    {
        var document = new JsonObject
        {
            ["apiVersion"] = MediaPipeline.ApiVersionValue,
            ["kind"] = MediaPipeline.KindValue,
            ["metadata"] = new JsonObject { ["name"] = stored.Metadata?.Name, ["namespace"] = stored.Metadata?.Namespace },
            ["spec"] = stored.Spec is { ValueKind: JsonValueKind.Object } spec ? JsonObject.Create(spec) : null,
        };
        var pipeline = Read(document, out faults);
        return pipeline is null ? null : pipeline with { Metadata = stored.Metadata!, Status = stored.Status };
    }

    /// <summary>
    /// A name is demanded here, since Kubernetes' own metadata may lack one. What only the server writes and nobody reads is dropped.
    /// </summary>
    private static DocumentFault[] Metadata(JsonNode? metadata, Func<string, string?> written)
    {
        if (metadata is not JsonObject thing)
            return [];
        thing.Remove("managedFields");
        thing.Remove("selfLink");
        return [.. thing["name"] is null ? [new DocumentFault("metadata.name", "field 'name' is missing")] : Array.Empty<DocumentFault>(),
            .. LabelSyntax.Check(thing, written)];
    }

    private static string? Unwritten(string path) => null;

    /// <summary>Something of another kind gets one sentence, not a list of everything that a MediaPipeline would have.</summary>
    private static DocumentFault[]? Identity(JsonNode? document)
    {
        if (document is not JsonObject thing)
            return [new DocumentFault("", "this is no MediaPipeline: apiVersion, kind, metadata and spec are expected")];
        return Demand(thing, "apiVersion", MediaPipeline.ApiVersionValue) ?? Demand(thing, "kind", MediaPipeline.KindValue);
    }

    private static DocumentFault[]? Demand(JsonObject thing, string field, string expected)
    {
        if (!thing.TryGetPropertyValue(field, out var value) || value is null)
            return [new DocumentFault(field, $"field '{field}' is missing; {expected} is expected")];
        var written = value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();
        return written == expected ? null : [new DocumentFault(field, $"is '{written}'; {expected} is expected")];
    }
}
