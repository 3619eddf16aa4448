using System.CommandLine;
using System.Diagnostics;
using K8sMediaFlow.Cli.Commands;
using K8sMediaFlow.Cli.Documents;
using K8sMediaFlow.Cli.Run.Preparation;
using K8sMediaFlow.Cli.Run.Processes;
using K8sMediaFlow.Cli.Run.Supervision;
using K8sMediaFlow.Cli.Top;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Pipelines.Validation;
using Spectre.Console;

namespace K8sMediaFlow.Cli.Run;

/// <summary><c>run FILE</c>: the pipeline on this machine, with the real sidecars and media operators.</summary>
internal static class RunCommand
{
    private const int StallSecondsDefault = 60, SilenceSecondsDefault = 20;

    internal static Command Create()
    {
        var file = Inputs.File();
        var sets = new Option<string[]>("--set")
        {
            Description = "VOLUME=DIR: a folder of this machine that stands for a volume. Once per volume.",
        };
        var probe = new Option<bool>("--probe")
        {
            Description = "Read the first source's caps from its --input; without sound, leave out what carries it.",
        };
        var devices = new Option<string[]>("--device")
        {
            Description = "POD=NAME: the RDMA device that the pod's sidecar uses; the machine's first one where nothing is said. Once per pod.",
        };
        var stall = new Option<int?>("--stall-seconds")
        {
            Description = "Fail when nothing has moved on any edge for so long; 0: never. Default: 60 for Batch, 0 for Streaming.",
        };
        var silence = new Option<int>("--silence-seconds")
        {
            Description = "Start a sidecar again that has said nothing for so long: more for a machine that is very slow.",
            DefaultValueFactory = _ => SilenceSecondsDefault,
        };
        Bound(stall, 0);
        Bound(silence, 1);
        var command = new Command("run",
            "Run a pipeline on this machine: a sidecar per pod, media operators as processes. Exit code 0 when all has arrived, 1 on failure, 130 when interrupted.")
        {
            file, sets, probe, devices, stall, silence,
        };
        command.SetAction((parsed, _) => RunAsync(
            new RunOptions(parsed.GetRequiredValue(file), parsed.GetValue(sets) ?? [], parsed.GetValue(probe),
                parsed.GetValue(devices) ?? [], parsed.GetValue(stall), parsed.GetValue(silence)),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error));
        return command;
    }

    private static void Bound(Option option, int least) => option.Validators.Add(result =>
    {
        if (result.Tokens.Count > 0 && int.TryParse(result.Tokens[0].Value, out var seconds) && (seconds < least || seconds > 86_400))
            result.AddError($"{option.Name} must be between {least} and 86400");
    });

    internal static async Task<int> RunAsync(RunOptions options, TextWriter output, TextWriter errors)
    {
        if (Inputs.One(options.File, errors) is not { } document)
            return 1;
        using var signals = new StopSignals();
        try
        {
            return await RunAsync(document, options, signals, output, errors);
        }
        catch (RunException error)
        {
            errors.WriteLine($"{options.File}: {error.Message}");
        }
        catch (PlanRefusedException refused)
        {
            foreach (var violation in refused.Violations)
                errors.WriteLine(document.At(violation));
        }
        catch (OperationCanceledException) when (signals.Interrupted.IsCancellationRequested)
        {
            return RunOutcome.Interrupted().ExitCode;
        }

        return 1;
    }

    private static async Task<int> RunAsync(PipelineDocument document, RunOptions options, StopSignals signals, TextWriter output,
        TextWriter errors)
    {
        var graph = await GraphAsync(document, options, signals.Interrupted);
        var stall = options.StallSeconds ?? (graph.Execution == Execution.Batch ? StallSecondsDefault : 0);
        using var directory = RunDirectory.Create(RunDirectory.Base());
        var spec = RunPreparation.Prepare(graph, directory.Path, stall == 0 ? null : TimeSpan.FromSeconds(stall), options.Devices) with
        {
            SilenceMax = TimeSpan.FromSeconds(options.SilenceSeconds),
        };
        using var run = new LocalRun(new RunState(spec));
        return await ShowAsync(run, signals, output, errors);
    }

    private static async Task<PipelineGraph> GraphAsync(PipelineDocument document, RunOptions options, CancellationToken cancellation)
    {
        // The document first: an error in it is easier to understand than what follows from it.
        if (GraphRules.Check(document.Graph) is { Count: > 0 } violations)
            throw new PlanRefusedException(violations);
        var folders = VolumeFolders.Parse(options.Sets, document.Graph);
        var graph = document.Graph with
        {
            Operators = [.. document.Graph.Operators.Select(node => VolumeFolders.Map(LocalEnvironment.Resolve(node), folders))],
        };
        return options.Probe ? await InputProbe.ApplyAsync(graph, cancellation) : graph;
    }

    private static async Task<int> ShowAsync(LocalRun run, StopSignals signals, TextWriter output, TextWriter errors)
    {
        var spec = run.State.Spec;
        var started = Stopwatch.GetTimestamp();
        using var ended = new CancellationTokenSource();
        var title = $"{spec.Pipeline}: {spec.Execution}, {spec.Pods.Count} pods, {spec.Replicas.Count} media operators";
        var view = new ProgressView(title, run.State.Board, () => run.State.Notices, AnsiConsole.Console).RunAsync(ended.Token);
        var outcome = await run.RunAsync(signals.Interrupted, signals.Forced);
        await ended.CancelAsync();
        await view;
        foreach (var line in RunSummary.Lines(run.State, outcome, Stopwatch.GetElapsedTime(started)))
            output.WriteLine(line);
        if (outcome.End == RunEnd.Failed)
            errors.WriteLine(outcome.Reason);
        return outcome.ExitCode;
    }
}
