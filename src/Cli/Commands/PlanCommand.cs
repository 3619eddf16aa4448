using System.CommandLine;
using K8sMediaFlow.Cli.Documents;
using K8sMediaFlow.Cli.Pictures;
using K8sMediaFlow.Crds.V1Alpha1;
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
        var against = new Option<string?>("--against")
        {
            Description = "A file with the pipeline as it runs: also show which of its pods the new one replaces, and why.",
            HelpName = "FILE",
        };
        var command = new Command("plan",
            "Show what a pipeline becomes: pods, which way each edge goes and why, and what memory every region takes and why.")
            {
                file, form, memory, against,
            };
        command.SetAction(parsed => Run(parsed.GetRequiredValue(file), parsed.GetValue(against), parsed.GetRequiredValue(form),
            PlannerOptions.Default with { PodRegionBytesMax = parsed.GetRequiredValue(memory) << 20 },
            parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error));
        return command;
    }

    internal static int Run(string path, string? against, string form, PlannerOptions options, TextWriter output, TextWriter errors)
    {
        if (Inputs.One(path, errors) is not { } document)
            return 1;
        PipelineDocument? running = null;
        if (against is not null && ((running = Inputs.One(against, errors)) is null || !HasPlan(running, options, errors)))
            return 1;
        return TryPlan(document, errors, () =>
        {
            var plan = PipelinePlanner.Draw(document.Graph, Placement.Of(document.Graph), new PlanVersion(0, 0, 1), options);
            var changes = running is null ? null : PodChanges.Of(running.Pipeline, document.Pipeline, options);
            output.Write(form switch
            {
                "json" => PlanReport.Json(plan, changes),
                "dot" => DotPicture.Draw(document.Graph, plan),
                "svg" => SvgPicture.Draw(document.Graph, plan),
                _ => PlanText.Write(document, plan, changes),
            });
        }) ? 0 : 1;
    }

    /// <summary>What the running one breaks is said of its own file.</summary>
    private static bool HasPlan(PipelineDocument running, PlannerOptions options, TextWriter errors) => TryPlan(running, errors, () =>
    {
        var graph = PipelineGraphMapper.Widest(running.Pipeline);
        PipelinePlanner.Draw(graph, Placement.Of(graph), default, options);
    });

    private static bool TryPlan(PipelineDocument document, TextWriter errors, Action plan)
    {
        try
        {
            plan();
            return true;
        }
        catch (PlanRefusedException refused)
        {
            foreach (var violation in refused.Violations)
                errors.WriteLine(document.At(violation));
            return false;
        }
    }
}
