using System.CommandLine;
using K8sMediaFlow.Cli.Documents;
using K8sMediaFlow.Pipelines.Validation;

namespace K8sMediaFlow.Cli.Commands;

/// <summary><c>validate FILE...</c>: every error of every file, as file:line: path: message.</summary>
internal static class ValidateCommand
{
    internal static Command Create()
    {
        var files = new Argument<string[]>("FILE")
        {
            Description = "YAML files with MediaPipelines, several documents each if you like; - reads the standard input.",
            Arity = ArgumentArity.OneOrMore,
        };
        var command = new Command("validate",
            "Check pipelines as the webhook and the controller would. Errors go to the standard error as file:line: path: message; exit code 1 if there are any.")
            {
                files,
            };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(files), parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error));
        return command;
    }

    private static int Run(string[] files, TextWriter output, TextWriter errors)
    {
        var failed = false;
        foreach (var path in files)
            failed |= !CheckFile(path, output, errors);
        return failed ? 1 : 0;
    }

    private static bool CheckFile(string path, TextWriter output, TextWriter errors)
    {
        var file = PipelineFile.Read(path);
        foreach (var error in file.Errors)
            errors.WriteLine(error);
        var sound = file.Errors.Count == 0;
        foreach (var document in file.Documents)
            sound &= CheckDocument(document, output, errors);
        return sound;
    }

    private static bool CheckDocument(PipelineDocument document, TextWriter output, TextWriter errors)
    {
        var violations = GraphRules.CheckForCluster(document.Graph);
        foreach (var violation in violations)
            errors.WriteLine(document.At(violation));
        foreach (var warning in violations.Count == 0 ? GraphRules.Warnings(document.Graph) : [])
        {
            var text = document.At(warning);
            errors.WriteLine(text with { Message = "warning: " + text.Message });
        }
        if (violations.Count == 0)
            output.WriteLine(FormattableString.Invariant(
                $"{document.File}: pipeline {document.Graph.Name} is valid: {document.Graph.Operators.Count} operators, {document.Graph.Edges.Count} edges"));
        return violations.Count == 0;
    }
}
