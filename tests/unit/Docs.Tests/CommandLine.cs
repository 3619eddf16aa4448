using System.Text;
using System.Text.RegularExpressions;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Docs.Tests;

/// <summary>The program k8smediaflow that was built with these tests.</summary>
internal static partial class CommandLine
{
    /// <summary>bin/CONFIGURATION/FRAMEWORK of these tests and of the program are alike.</summary>
    public static string Program { get; } =
        Path.Combine(Sources.Root, "src/Cli/bin", Built.Parent!.Name, Built.Name, "k8smediaflow.dll");

    public static IEnumerable<string> Commands =>
        Command().Matches(Help().Split("Commands:")[1]).Select(match => match.Groups[1].Value);

    public static IEnumerable<string> Options(string command) =>
        Option().Matches(Help(command).Split("Options:")[1]).Select(match => match.Groups[1].Value).Where(option => option is not "--help");

    private static DirectoryInfo Built => new(AppContext.BaseDirectory);

    private static string Help(params string[] command) => Encoding.UTF8.GetString(Tool.Run("dotnet", [Program, .. command, "--help"]));

    [GeneratedRegex("^  ([a-z]+) ", RegexOptions.Multiline)]
    private static partial Regex Command();

    [GeneratedRegex("^  (?:-., )*(--[a-z-]+)", RegexOptions.Multiline)]
    private static partial Regex Option();
}
