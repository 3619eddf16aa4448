using System.CommandLine;
using K8sMediaFlow.Cli.Pictures;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Cli.Commands;

/// <summary><c>plan FILE</c>: the pods, the way of every edge, and every region as a sum with its reasons.</summary>
internal static class PlanCommand
{
    internal static Command Create()
    {
        var file = Inputs.File();
        var form = new Option<string>("--output", "-o")
        {
            Description = "text: tables for people. json: the plan document of every sidecar, and the sums. dot, svg: a picture.",
            DefaultValueFactory = _ => "text",
        };
        form.AcceptOnlyFromAmong("text", "json", "dot", "svg");
        var memory = new Option<long>("--pod-memory-mib")
        {
            Description = "How much memory the frames of one pod may take, in MiB.",
            DefaultValueFactory = _ => PlannerOptions.Default.PodRegionBytesMax >> 20,
        };
        memory.Validators.Add(result =>
        {
            if (result.Tokens.Count > 0 && long.TryParse(result.Tokens[0].Value, out var mib) && mib is < 1 or > 1 << 30)
                result.AddError("--pod-memory-mib must be between 1 and 1073741824");
        });
        var command = new Command("plan",
            "Show what a pipeline becomes: pods, which way each edge goes and why, and what memory every region takes and why.")
            {
                file, form, memory,
            };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(file), parsed.GetRequiredValue(form),
            PlannerOptions.Default with { PodRegionBytesMax = parsed.GetRequiredValue(memory) << 20 },
            parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error));
        return command;
    }

    internal static int Run(string path, string form, PlannerOptions options, TextWriter output, TextWriter errors)
    {
        if (Inputs.One(path, errors) is not { } document)
            return 1;
        try
        {
            var plan = PipelinePlanner.Draw(document.Graph, Placement.Of(document.Graph), new PlanVersion(0, 0, 1), options);
            output.Write(form switch
            {
                "json" => PlanReport.Json(plan),
                "dot" => DotPicture.Draw(document.Graph, plan),
                "svg" => SvgPicture.Draw(document.Graph, plan),
                _ => PlanText.Write(document, plan),
            });
            return 0;
        }
        catch (PlanRefusedException refused)
        {
            foreach (var violation in refused.Violations)
                errors.WriteLine(document.At(violation));
            return 1;
        }
    }
}
