using System.CommandLine;
using K8sMediaFlow.Cli.Documents;

namespace K8sMediaFlow.Cli.Commands;

/// <summary>What commands that read one pipeline from a file have in common.</summary>
internal static class Inputs
{
    internal static Argument<string> File() => new("FILE")
    {
        Description = "A YAML file with one MediaPipeline; - reads the standard input.",
    };

    /// <summary>
    /// Reads the file and prints what is wrong with it. Null where it does not hold exactly one pipeline that can be read.
    /// </summary>
    internal static PipelineDocument? One(string path, TextWriter errors)
    {
        var file = PipelineFile.Read(path);
        foreach (var error in file.Errors)
            errors.WriteLine(error);
        if (file.Errors.Count > 0 || file.Documents.Count == 1)
            return file.Errors.Count > 0 ? null : file.Documents[0];
        errors.WriteLine($"{path}: holds {file.Documents.Count} pipelines; one is expected");
        return null;
    }
}
