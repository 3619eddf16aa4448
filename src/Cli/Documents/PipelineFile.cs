using System.Text;
using System.Text.Json.Nodes;
using K8sMediaFlow.Crds.V1Alpha1;
using YamlDotNet.Core;

namespace K8sMediaFlow.Cli.Documents;

/// <summary>A file of pipelines: the documents that could be read, and everything that was wrong with its text or its shape.</summary>
public sealed record PipelineFile(IReadOnlyList<PipelineDocument> Documents, IReadOnlyList<DocumentError> Errors)
{
    /// <summary>What an API server would store at most; a larger file is something else.</summary>
    private const int FileBytesMax = 1 << 20;

    /// <summary>Reads a file; "-" is the standard input. Never throws for what is in the file, or for a file that cannot be read.</summary>
    public static PipelineFile Read(string path)
    {
        try
        {
            using var stream = path == "-" ? Console.OpenStandardInput() : File.OpenRead(path);
            return Parse(path, Text(stream));
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or NotSupportedException or InvalidDataException or ArgumentException)
        {
            return new PipelineFile([], [new DocumentError(path, null, "", wrong.Message)]);
        }
    }

    /// <summary>Reads the text of a file; <paramref name="path"/> only names it in errors.</summary>
    public static PipelineFile Parse(string path, string text)
    {
        var documents = new List<PipelineDocument>();
        var errors = new List<DocumentError>();
        try
        {
            var parser = new GuardedParser(new StringReader(text));
            while (new YamlTree(parser) is var tree && tree.TryRead(out var root, out var places))
                Take(path, root, places, documents, errors);
        }
        catch (YamlException wrong)
        {
            errors.Add(new DocumentError(path, TextPlace.Of(wrong.Start), "", FormattableString.Invariant($"column {wrong.Start.Column}: {Sentence(wrong)}")));
        }
        if (documents.Count + errors.Count == 0)
            errors.Add(new DocumentError(path, null, "", "the file is empty"));
        return new PipelineFile(documents, errors);
    }

    private static void Take(string path, JsonNode? root, IReadOnlyDictionary<string, TextPlace> places, List<PipelineDocument> documents, List<DocumentError> errors)
    {
        // "---" at the end of a file opens a document that nobody meant.
        if (root is null)
            return;
        if (MediaPipelineReader.Read(root, out var faults) is { } pipeline)
            documents.Add(new PipelineDocument(path, pipeline, places));
        errors.AddRange(faults.Select(fault => DocumentError.At(path, places, fault.Path, fault.Message)));
    }

    private static string Sentence(YamlException wrong) => (wrong.InnerException?.Message ?? wrong.Message) is { Length: > 0 } message
        ? $"malformed YAML: {message}"
        : "malformed YAML";

    private static string Text(Stream stream)
    {
        using var memory = new MemoryStream();
        var buffer = new byte[64 << 10];
        for (int read; (read = stream.Read(buffer)) > 0;)
        {
            memory.Write(buffer, 0, read);
            if (memory.Length > FileBytesMax)
                throw new InvalidDataException($"the file is larger than {FileBytesMax} bytes");
        }
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(memory.GetBuffer(), 0, (int)memory.Length).TrimStart('\uFEFF');
        }
        catch (DecoderFallbackException)
        {
            throw new InvalidDataException("the file is not UTF-8 text");
        }
    }
}
