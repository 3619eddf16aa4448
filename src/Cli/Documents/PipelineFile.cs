using System.Text;
using System.Text.Json.Nodes;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.Pipelines.Validation;
using YamlDotNet.Core;

namespace K8sMediaFlow.Cli.Documents;

/// <summary>A file of pipelines: the documents that could be read, and everything that was wrong with its text or its shape.</summary>
public sealed record PipelineFile(IReadOnlyList<PipelineDocument> Documents, IReadOnlyList<DocumentError> Errors)
{
    /// <summary>What an API server would store at most; a larger file is something else.</summary>
    private const int FileBytesMax = 1 << 20;

    /// <summary>No user reads more, and each that ends a document costs another look at the rest.</summary>
    private const int ErrorsMax = 100;

    /// <summary>Reads a file; "-" is the standard input. Never throws for what is in the file, or for a file that cannot be read.</summary>
    public static PipelineFile Read(string path)
    {
        try
        {
            using var stream = path == "-" ? Console.OpenStandardInput() : File.OpenRead(path);
            return Parse(path, Text(stream));
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or NotSupportedException or InvalidDataException
            or ArgumentException)
        {
            return new PipelineFile([], [new DocumentError(path, null, "", wrong.Message)]);
        }
    }

    /// <summary>Reads the text of a file; <paramref name="path"/> only names it in errors.</summary>
    public static PipelineFile Parse(string path, string text)
    {
        var documents = new List<PipelineDocument>();
        var errors = new List<DocumentError>();
        var from = 0;
        for (var rest = text.TrimStart('\uFEFF'); rest is not null && errors.Count < ErrorsMax;)
        {
            try
            {
                var parser = new GuardedParser(new StringReader(rest));
                while (new YamlTree(parser, rest) is var tree && tree.TryRead(out var root))
                    Take(path, root, tree, documents, errors);
                break;
            }
            catch (YamlException wrong)
            {
                errors.Add(new DocumentError(path, TextPlace.Of(wrong.Start), "",
                    FormattableString.Invariant($"column {wrong.Start.Column}: {Sentence(wrong)}")));
                rest = AfterDocument(rest, Math.Max(from + 1, (int)wrong.Start.Line - 1), out from);
            }
        }
        if (documents.Count + errors.Count == 0)
            errors.Add(new DocumentError(path, null, "", "the file is empty"));
        return new PipelineFile(documents, errors);
    }

    /// <summary>The text without what comes before the next document, whose lines keep their numbers; null where there is none.</summary>
    private static string? AfterDocument(string text, int line, out int from)
    {
        var lines = text.Split('\n');
        for (from = line; from < lines.Length; from++)
            if (lines[from].TrimEnd() == "---" || lines[from].StartsWith("--- ", StringComparison.Ordinal))
                return new string('\n', from) + string.Join('\n', lines[from..]);
        return null;
    }

    private static void Take(string path, JsonNode? root, YamlTree tree, List<PipelineDocument> documents, List<DocumentError> errors)
    {
        var found = tree.Faults.Select(fault => new DocumentError(path, fault.Place, fault.Path, fault.Message)).ToList();
        // "---" at the end of a file opens a document that the author did not mean.
        if (root is null && found.Count == 0)
            return;
        var pipeline = MediaPipelineReader.Read(root, out var faults, place => tree.Places.GetValueOrDefault(place).Written);
        if (pipeline is not null)
            faults = DocumentBounds.Check(root);
        if (pipeline is not null && faults.Count + found.Count == 0)
            documents.Add(new PipelineDocument(path, pipeline, tree.Places));
        else if ((pipeline ?? MediaPipelineReader.ReadWithout(root, faults)) is { } rest
            && new PipelineDocument(path, rest, tree.Places) is var sound)
            found.AddRange(GraphRules.CheckForCluster(sound.Graph).Select(sound.At));
        found.AddRange(faults.Where(fault => !found.Any(known => known.Path == fault.Path))
            .Select(fault => DocumentError.At(path, tree.Places, fault.Path, fault.Message)));
        errors.AddRange(found);
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
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(memory.GetBuffer(), 0, (int)memory.Length);
        }
        catch (DecoderFallbackException)
        {
            throw new InvalidDataException("the file is not UTF-8 text");
        }
    }
}
