using System.Diagnostics;
using System.Runtime.CompilerServices;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.EndToEnd.Tests;

/// <summary>The published programs, and others that tests call.</summary>
internal static class Programs
{
    public static string Root { get; } = FindRoot();

    /// <summary>The native ones that `make publish` builds, too; the quick tests name others.</summary>
    public static string Bin { get; } = Path.Combine(Root, Environment.GetEnvironmentVariable("K8SMEDIAFLOW_PROGRAMS") ?? "artifacts/bin");

    public static string Cli { get; } = Path.Combine(Bin, "k8smediaflow");

    /// <summary>Runs a program to its end; a hung one is killed.</summary>
    public static (int ExitCode, string Output, string Errors) Run(string program, params string[] arguments) =>
        Run(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true });

    /// <inheritdoc cref="Run(string, string[])"/>
    public static (int ExitCode, string Output, string Errors) Run(ProcessStartInfo start)
    {
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Hang.Bound))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{start.FileName} {string.Join(' ', start.ArgumentList)} did not end");
        }
        return (process.ExitCode, output.Result, errors.Result);
    }

    private static string FindRoot([CallerFilePath] string here = "")
    {
        var folder = Path.GetDirectoryName(here);
        while (folder is not null && !File.Exists(Path.Combine(folder, "K8sMediaFlow.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new InvalidOperationException("K8sMediaFlow.sln stands above none of the test's folders");
    }
}
