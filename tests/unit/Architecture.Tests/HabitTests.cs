using System.Globalization;
using System.Text.RegularExpressions;

namespace K8sMediaFlow.Architecture.Tests;

/// <summary>What must not stand in the tree, and what must.</summary>
public partial class HabitTests
{
    private static readonly string[] Folders = ["src", "libs", "tests", "bench", "docs", "scripts", "config"];

    [Fact]
    public void No_work_is_left_for_later_in_the_text()
    {
        var banned = new[] { "TO" + "DO", "FIX" + "ME", "HA" + "CK:", "NotImplemented" + "Exception" };
        Texts().Where(file => banned.Any(word => file.Text.Contains(word, StringComparison.Ordinal))).Select(file => file.Path)
            .ShouldBeEmpty();
    }

    [Fact]
    public void No_path_of_a_developer_machine_stands_in_the_text()
    {
        var banned = new[] { "/" + "work/", "/root" + "/", "/home" + "/" };
        Texts().Where(file => banned.Any(word => file.Text.Contains(word, StringComparison.Ordinal))).Select(file => file.Path)
            .ShouldBeEmpty();
    }

    [Fact]
    public void Every_wait_for_the_end_of_a_process_is_bounded()
    {
        var folders = new[] { "src", "libs", "samples", "tests", "bench" };
        folders.SelectMany(Repository.Sources).Where(path => UnboundedEnd().IsMatch(File.ReadAllText(path)))
            .Select(Repository.Relative).ShouldBeEmpty();
    }

    /// <summary>A bound of seconds measures the machine: beside others a test has stood still for a minute, and failed for it.</summary>
    [Fact]
    public void A_test_waits_for_what_it_expects_up_to_the_bound_for_a_hang() =>
        Repository.Sources("tests").Where(path => OwnBound().IsMatch(File.ReadAllText(path))).Select(Repository.Relative).ShouldBeEmpty();

    [Fact]
    public void Decisions_are_numbered_without_a_hole_and_the_index_lists_each_with_its_title()
    {
        var index = File.ReadAllText(Path.Combine(Repository.Root, "docs", "decisions", "README.md"));
        var records = Decisions();
        records.Select(path => Path.GetFileName(path)[..5])
            .ShouldBe(Enumerable.Range(1, records.Count).Select(number => $"{number:0000}-"));
        foreach (var path in records)
        {
            var (number, title) = (Path.GetFileName(path)[..4], File.ReadLines(path).First());
            title.ShouldStartWith($"# {number}: ");
            index.ShouldContain($"| {number} | [{title[8..]}]({Path.GetFileName(path)}) |");
        }
    }

    [Fact]
    public void A_decision_that_is_mentioned_exists()
    {
        var count = Decisions().Count;
        Texts().SelectMany(file => DecisionMention().Matches(file.Text).Select(match => (file.Path, Number: match.Groups[1].Value)))
            .Where(mention => int.Parse(mention.Number, CultureInfo.InvariantCulture) is var number && (number < 1 || number > count))
                .ShouldBeEmpty();
    }

    [Fact]
    public void No_binary_is_committed_beside_the_sources()
    {
        var extensions = new[] { ".dll", ".so", ".exe", ".mp4", ".png", ".zip", ".gz" };
        Folders.SelectMany(folder => Repository.Files(folder, "*")).Where(path => extensions.Contains(Path.GetExtension(path)))
            .Select(Repository.Relative).ShouldBeEmpty();
    }

    private static IEnumerable<(string Path, string Text)> Texts() =>
        Folders.SelectMany(folder => Repository.Files(folder, "*"))
            .Where(path => Path.GetExtension(path) is ".cs" or ".md" or ".sh" or ".yaml" or ".capnp" or ".proto" or ".csproj" or ".c"
                or ".cc" or ".py")
            .Select(path => (Repository.Relative(path), File.ReadAllText(path)));

    private static List<string> Decisions() =>
        [.. Repository.Files("docs/decisions", "*.md").Where(path => Path.GetFileName(path) != "README.md").Order(StringComparer.Ordinal)];

    // A bound around the call (WaitAsync, Wait) would leave the call itself waiting for ever: the token is its bound.
    [GeneratedRegex(@"\.WaitForExit(Async)?\(\s*(-1|default|CancellationToken\.None|Timeout\.Infinite\w*)?\s*\)")]
    private static partial Regex UnboundedEnd();

    [GeneratedRegex(@"\.Wait(Async)?\(TimeSpan\.From(Sec|Min)|[wW]atchdog = new CancellationTokenSource\(TimeSpan")]
    private static partial Regex OwnBound();

    [GeneratedRegex(@"decisions?[ /](\d{4})\b")]
    private static partial Regex DecisionMention();
}
