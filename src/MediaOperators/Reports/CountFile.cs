using System.Text.Json;

namespace K8sMediaFlow.MediaOperators.Reports;

/// <summary>What a media operator counted, as a JSON object in a file that is there whole or not at all.</summary>
internal static class CountFile
{
    public static void Write(string path, Action<Utf8JsonWriter> properties)
    {
        var file = new RenamedFile(path);
        file.Prepare();
        using (var stream = new FileStream(file.PartialPath, FileMode.Create, FileAccess.Write))
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            writer.WriteStartObject();
            properties(writer);
            writer.WriteEndObject();
        }
        file.Commit();
    }
}
