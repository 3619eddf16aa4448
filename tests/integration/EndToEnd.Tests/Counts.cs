using System.Text.Json;

namespace K8sMediaFlow.EndToEnd.Tests;

/// <summary>What a sink or an encoder counted on one port.</summary>
/// <param name="Disorder">Frames that were doubled or came before one that they follow.</param>
/// <param name="Torn">Frames that are not the pattern of their sequence.</param>
internal sealed record Counts(int Frames, int Missing, int Disorder, int Torn)
{
    public int Faults => Missing + Disorder + Torn;

    public static Counts OfSink(LocalRun run) => OfPort(run.Media("count.json"), "video");

    public static Counts OfPort(string path, string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        return Read(document.RootElement.GetProperty("ports").GetProperty(name));
    }

    public static IReadOnlyList<Counts> OfPorts(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(path));
        return [.. document.RootElement.GetProperty("ports").EnumerateObject().Select(port => Read(port.Value))];
    }

    private static Counts Read(JsonElement port)
    {
        int Number(string counter) => port.TryGetProperty(counter, out var value) ? value.GetInt32() : 0;
        return new Counts(Number("frames"), Number("missing"), Number("duplicates") + Number("out_of_order"), Number("corrupt"));
    }
}
