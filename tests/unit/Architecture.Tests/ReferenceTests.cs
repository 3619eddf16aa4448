using System.Text.RegularExpressions;

namespace K8sMediaFlow.Architecture.Tests;

/// <summary>A project references what its sources name, and names it once.</summary>
public partial class ReferenceTests
{
    public static TheoryData<string> Projects =>
        [.. new[] { "libs", "src", "samples", "tests", "bench" }.SelectMany(folder => Repository.Files(folder, "*.csproj"))
            .Select(Repository.Relative)];

    [Theory]
    [MemberData(nameof(Projects))]
    public void Every_reference_is_needed_and_is_there_once(string project)
    {
        var path = Path.Combine(Repository.Root, project);
        var referenced = ProjectFile.Referenced(path);
        referenced.ShouldBeUnique();
        var text = string.Concat(ProjectFile.Compiled(path).Append(path).Select(File.ReadAllText));
        // A program is referenced to be run: it is copied beside the tests.
        referenced.Where(target => !ProjectFile.IsProgram(target) && !Namespaces(target).Any(name => IsNamed(name, text)))
            .Select(target => $"{Name(path)} -> {Name(target)}").ShouldBeEmpty();
    }

    /// <summary>By a using, in full, or as the namespace around the source's own.</summary>
    private static bool IsNamed(string name, string text) => Regex.IsMatch(text, $@"\b{Regex.Escape(name)}\b");

    private static IEnumerable<string> Namespaces(string project) => ProjectFile.Compiled(project)
        .Select(path => Declaration().Match(File.ReadAllText(path))).Where(match => match.Success)
        .Select(match => match.Groups[1].Value).Distinct();

    private static string Name(string project) => Path.GetFileNameWithoutExtension(project);

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Declaration();
}
