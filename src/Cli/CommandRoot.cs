using System.CommandLine;
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
