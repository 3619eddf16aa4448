using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace K8sMediaFlow.Pipelines.Planning;

/// <summary>A plan as bytes: JSON that is strict on read, because a sidecar must not run on half of what was meant.</summary>
public static class PlanJson
{
    /// <summary>Larger documents are refused unread: a plan of a thousand replicas stays well below.</summary>
    public const int DocumentBytesMax = 16 << 20;

    public static byte[] Write(SidecarPlan plan) => JsonSerializer.SerializeToUtf8Bytes(plan, PlanJsonContext.Default.SidecarPlan);

    /// <summary>
    /// Reads bytes that anybody may have written. False names the first thing that is wrong, with its place in the document;
    /// every number, name and reference of a plan that it accepts is within bounds. Never throws.
    /// </summary>
    public static bool TryParse(ReadOnlySpan<byte> utf8, [NotNullWhen(true)] out SidecarPlan? plan, [NotNullWhen(false)] out string? error)
    {
        plan = null;
        if (utf8.Length > DocumentBytesMax)
        {
            error = $"plan: {utf8.Length} bytes are more than {DocumentBytesMax}";
            return false;
        }
        try
        {
            var read = JsonSerializer.Deserialize(utf8, PlanJsonContext.Default.SidecarPlan);
            error = read is null ? "plan: null is no plan" : PlanRules.FirstViolation(read);
            plan = error is null ? read : null;
        }
        catch (JsonException wrong)
        {
            error = "plan: " + Explain(wrong);
        }
        return plan is not null;
    }

    private static string Explain(JsonException wrong)
    {
        // The serializer's sentence names our .NET types and repeats the place; people need neither.
        var sentence = wrong.Message.Split(" Path: ")[0].Replace("K8sMediaFlow.Pipelines.Planning.", "", StringComparison.Ordinal)
            .Replace("K8sMediaFlow.Pipelines.Graph.", "", StringComparison.Ordinal);
        return wrong.LineNumber is { } line ? $"{wrong.Path} (line {line + 1}): {sentence}" : $"{wrong.Path}: {sentence}";
    }
}
