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
        Texts().Where(file => banned.Any(word => file.Text.Contains(word, StringComparison.Ordinal))).Select(file => file.Path).ShouldBeEmpty();
    }

    [Fact]
    public void No_path_of_a_developer_machine_stands_in_the_text()
    {
        var banned = new[] { "/" + "work/", "/root" + "/", "/home" + "/" };
        Texts().Where(file => banned.Any(word => file.Text.Contains(word, StringComparison.Ordinal))).Select(file => file.Path).ShouldBeEmpty();
    }

    [Fact]
    public void Decisions_are_numbered_once_each()
    {
        var numbers = Repository.Files("docs/decisions", "*.md").Select(path => DecisionNumber().Match(Path.GetFileName(path)).Value).ToList();
        numbers.ShouldAllBe(number => number.Length == 4);
        numbers.ShouldBeUnique();
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
            .Where(path => Path.GetExtension(path) is ".cs" or ".md" or ".sh" or ".yaml" or ".capnp" or ".proto" or ".csproj" or ".c" or ".cc" or ".py")
            .Select(path => (Repository.Relative(path), File.ReadAllText(path)));

    [GeneratedRegex(@"^\d{4}")]
    private static partial Regex DecisionNumber();
}
