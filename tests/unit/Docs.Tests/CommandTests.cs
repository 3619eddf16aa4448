using System.Diagnostics;
using System.Text.RegularExpressions;
using K8sMediaFlow.Docs.Tests.Markdown;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Docs.Tests;

/// <summary>Commands that a user is told to type are run, or are marked as not run.</summary>
public sealed partial class CommandTests
{
    private static readonly string[] NamesOfOtherShells = ["", "bash", "console", "shell"];

    private static IEnumerable<Page> UserPages =>
        Page.All.Where(page => page.Path == "README.md" || page.Path.Split('/') is ["docs", "tutorial" or "how-to", _]);

    public static TheoryData<string> PagesThatRun =>
        [.. UserPages.Where(page => page.Code.Any(block => block.IsRun)).Select(page => page.Path)];

    [Fact]
    public void Every_command_for_users_says_whether_it_is_run() =>
        Places(UserPages, block => block.IsCommand && !block.IsMarked).ShouldBeEmpty();

    [Fact]
    public void Every_code_block_names_its_language_and_commands_are_in_sh() =>
        Places(Page.All, block => NamesOfOtherShells.Contains(block.Language)).ShouldBeEmpty();

    [NeedsTheory("helm")]
    [MemberData(nameof(PagesThatRun))]
    public void The_commands_of_a_page_that_are_marked_to_be_run_succeed_in_its_order(string path)
    {
        var folder = Directory.CreateTempSubdirectory("docs-").FullName;
        try
        {
            Prepare(folder);
            foreach (var block in Page.At(path).Code)
                if (block.FileName is { } name)
                    Write(Path.Combine(folder, name), block.Text);
                else if (block.IsRun)
                    Run(block.Text, folder).ShouldBe(0, $"{path}:{block.Line}\n{File.ReadAllText(Path.Combine(folder, "errors"))}");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Every_make_target_that_is_mentioned_exists()
    {
        var makefile = File.ReadAllText(Path.Combine(Sources.Root, "Makefile"));
        var targets = Target().Matches(makefile).Select(match => match.Groups[1].Value).ToHashSet();
        var mentioned = Page.All.SelectMany(page => page.Code.Where(block => block.IsCommand).Select(block => block.Text).Prepend(page.Text)
            .SelectMany(text => MakeMention().Matches(text)).Select(match => (page.Path, Target: match.Groups[1].Value))).ToList();
        mentioned.ShouldNotBeEmpty();
        mentioned.Where(one => !targets.Contains(one.Target)).ShouldBeEmpty();
    }

    [Fact]
    public void The_README_is_short_and_shows_how_to_run_and_how_to_test()
    {
        File.ReadAllLines(Path.Combine(Sources.Root, "README.md")).Length.ShouldBeLessThan(120);
        var commands = Page.At("README.md").Code.Where(block => block.IsCommand).SelectMany(block => block.Text.Split('\n')).ToList();
        commands.ShouldContain("make run");
        commands.ShouldContain("make test");
    }

    private static IEnumerable<string> Places(IEnumerable<Page> pages, Func<CodeBlock, bool> isMeant) =>
        pages.SelectMany(page => page.Code.Where(isMeant).Select(block => $"{page}:{block.Line}"));

    /// <summary>The page's folder looks like a checkout, and its path has the programs that it names.</summary>
    private static void Prepare(string folder)
    {
        foreach (var entry in new[] { "charts", "config", "docs", "Makefile" })
            File.CreateSymbolicLink(Path.Combine(folder, entry), Path.Combine(Sources.Root, entry));
        var programs = Directory.CreateDirectory(Path.Combine(folder, "programs")).FullName;
        File.CreateSymbolicLink(Path.Combine(programs, "helm"), Downloads.Get("helm"));
        var script = Path.Combine(programs, "k8smediaflow");
        File.WriteAllText(script, $"#!/bin/sh\nexec dotnet '{CommandLine.Program}' \"$@\"\n");
        File.SetUnixFileMode(script, UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    private static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text + "\n");
    }

    private static int Run(string commands, string folder)
    {
        var start = new ProcessStartInfo("sh", ["-ec", $"exec 2>errors >output\n{commands}"]) { WorkingDirectory = folder };
        start.Environment["PATH"] = $"{folder}/programs:{Environment.GetEnvironmentVariable("PATH")}";
        using var process = Process.Start(start)!;
        if (process.WaitForExit(Hang.Bound))
            return process.ExitCode;
        process.Kill(entireProcessTree: true);
        throw new TimeoutException($"'{commands}' did not end within {Hang.Bound}");
    }

    [GeneratedRegex("^([a-z-]+):", RegexOptions.Multiline)]
    private static partial Regex Target();

    [GeneratedRegex("(?:`|^)make ([a-z][a-z-]*)", RegexOptions.Multiline)]
    private static partial Regex MakeMention();
}
