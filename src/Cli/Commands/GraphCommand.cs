using System.CommandLine;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Cli.Commands;

/// <summary><c>graph FILE</c>: the pipeline as a picture.</summary>
internal static class GraphCommand
{
    internal static Command Create()
    {
        var file = Inputs.File();
        var form = new Option<string>("--output", "-o")
        {
            Description = "svg: a picture that every browser shows. dot: for Graphviz.",
            DefaultValueFactory = _ => "svg",
        };
        form.AcceptOnlyFromAmong("svg", "dot");
        var command = new Command("graph", "Draw a pipeline: pods, media operators, edges and their ways.") { file, form };
        command.SetAction(parsed => PlanCommand.Run(parsed.GetRequiredValue(file), null, parsed.GetRequiredValue(form),
            PlannerOptions.Default, parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error));
        return command;
    }
}
