using System.CommandLine;
using K8sMediaFlow.Cli.Commands;

namespace K8sMediaFlow.Cli;

/// <summary>The command <c>k8smediaflow</c> with all its verbs.</summary>
public static class CommandRoot
{
    public static RootCommand Create() => new("Media pipelines: check them, see what they would become, and run them on this machine.")
    {
        ValidateCommand.Create(),
        PlanCommand.Create(),
        GraphCommand.Create(),
    };
}
