using System.CommandLine;
using System.CommandLine.Parsing;
using K8sMediaFlow.Cli.Commands;
using K8sMediaFlow.Cli.Decode;
using K8sMediaFlow.Cli.Doctor;
using K8sMediaFlow.Cli.Inspect;
using K8sMediaFlow.Cli.Run;
using K8sMediaFlow.Cli.Top;

namespace K8sMediaFlow.Cli;

/// <summary>The command <c>k8smediaflow</c> with all its verbs.</summary>
public static class CommandRoot
{
    /// <summary>What a command line that cannot be read ends with; 1 is for work that failed.</summary>
    public const int UsageError = 2;

    /// <summary>
    /// Runs a command line; the result is the process's exit code. What is wrong with it is said in a line each, without the description of
    /// everything.
    /// </summary>
    public static async Task<int> RunAsync(string[] args, InvocationConfiguration invocation)
    {
        var parsed = Create().Parse(args);
        if (parsed.Errors.Count == 0)
            return await parsed.InvokeAsync(invocation);
        foreach (var error in parsed.Errors)
            await invocation.Error.WriteLineAsync("k8smediaflow: " + error.Message);
        await invocation.Error.WriteLineAsync($"Try '{string.Join(' ', Names(parsed.CommandResult))} --help'.");
        return UsageError;
    }

    private static IEnumerable<string> Names(CommandResult command)
    {
        var above = command.Parent is CommandResult parent ? Names(parent) : [];
        return [.. above, command.Parent is null ? "k8smediaflow" : command.Command.Name];
    }

    public static RootCommand Create() => new("Media pipelines: check them, see what they would become, and run them on this machine.")
    {
        ValidateCommand.Create(),
        PlanCommand.Create(),
        GraphCommand.Create(),
        RunCommand.Create(),
        TopCommand.Create(),
        InspectCommand.Create(),
        TapCommand.Create(),
        DecodeCommand.Create(),
        DoctorCommand.Create(),
    };

    /// <summary>Without the library's own answer to signals, which ends the process two seconds later: a run drains first.</summary>
    public static InvocationConfiguration Invocation() => new() { ProcessTerminationTimeout = null };
}
