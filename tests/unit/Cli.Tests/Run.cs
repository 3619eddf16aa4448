using System.CommandLine;

namespace K8sMediaFlow.Cli.Tests;

/// <summary>Runs the command inside the test and keeps what it wrote.</summary>
internal static class Run
{
    internal static (int ExitCode, string Output, string Error) Command(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = CommandRoot.RunAsync(args, new InvocationConfiguration { Output = output, Error = error }).GetAwaiter().GetResult();
        return (exitCode, output.ToString(), error.ToString());
    }
}
