using System.Text.Json;

namespace K8sMediaFlow.TestKit.Clusters;

/// <summary>A request that wrote, as the API server itself noted it.</summary>
/// <param name="Verb">create, update, patch, delete...</param>
/// <param name="Resource">Plural, with the subresource after a slash: mediapipelines/status.</param>
/// <param name="Namespace">Empty for kinds of the whole cluster.</param>
/// <param name="Name">Empty where the server was to choose it.</param>
/// <param name="UserAgent">Which client.</param>
/// <param name="Code">Of the answer.</param>
/// <param name="At">When it was answered.</param>
/// <param name="Source">Address of the client: which of several alike.</param>
public sealed record AuditedWrite(string Verb, string Resource, string Namespace, string Name, string UserAgent, int Code,
    DateTimeOffset At, string Source = "")
{
    internal static IEnumerable<AuditedWrite> Read(string log)
    {
        using var stream = new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            using var entry = JsonDocument.Parse(line);
            if (entry.RootElement.TryGetProperty("objectRef", out var target) && Text(entry.RootElement, "stage") == "ResponseComplete")
                yield return Of(entry.RootElement, target);
        }
    }

    private static AuditedWrite Of(JsonElement entry, JsonElement target) => new(
        Text(entry, "verb"),
        Text(target, "resource") + (Text(target, "subresource") is { Length: > 0 } part ? "/" + part : ""),
        Text(target, "namespace"),
        Text(target, "name"),
        Text(entry, "userAgent"),
        entry.TryGetProperty("responseStatus", out var status) ? status.GetProperty("code").GetInt32() : 0,
        entry.GetProperty("stageTimestamp").GetDateTimeOffset(),
        entry.TryGetProperty("sourceIPs", out var addresses) && addresses.GetArrayLength() > 0 ? addresses[0].GetString() ?? "" : "");

    private static string Text(JsonElement owner, string name) => owner.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
}
