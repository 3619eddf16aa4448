using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace K8sMediaFlow.Architecture.Tests;

/// <summary>The solution has one platform and the folders that are on disk; what all projects share is set in one file.</summary>
public sealed partial class SolutionTests
{
    private const string TransitiveReferences = "DisableTransitiveProjectReferences";

    private static readonly string[] Folders = ["libs", "src", "samples", "tests", "bench"];

    private static readonly string Solution = File.ReadAllText(Path.Combine(Repository.Root, "K8sMediaFlow.sln")).Replace('\\', '/');

    [Fact]
    public void The_solution_has_one_platform()
    {
        var platforms = Platform().Matches(Solution).Select(match => match.Groups[1].Value.Trim()).ToList();
        platforms.ShouldNotBeEmpty();
        platforms.Where(platform => platform != "Any CPU").Distinct().ShouldBeEmpty();
    }

    [Fact]
    public void Every_project_is_in_the_solution_folder_of_its_folder_on_disk()
    {
        var entries = Entry().Matches(Solution).ToDictionary(match => match.Groups[3].Value, match => match.Groups[2].Value);
        var parents = Nesting().Matches(Solution).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);
        var projects = entries.Where(one => one.Value.EndsWith(".csproj", StringComparison.Ordinal)).ToList();
        projects.ShouldNotBeEmpty();
        projects.Where(one => FolderOf(one.Key, entries, parents) != FolderOnDisk(one.Value))
            .Select(one => $"{one.Value} is in '{FolderOf(one.Key, entries, parents)}'").ShouldBeEmpty();
    }

    [Fact]
    public void No_project_sees_what_its_references_reference()
    {
        Settings(Path.Combine(Repository.Root, "Directory.Build.props")).ShouldBe(["true"]);
        BuildFiles().Where(path => Settings(path).Any()).Select(Repository.Relative).ShouldBeEmpty();
    }

    // One further down, or a project that imports none, would have its own settings.
    [Fact]
    public void The_settings_of_all_projects_are_those_of_the_root()
    {
        BuildFiles().Where(path => Path.GetFileName(path).StartsWith("Directory.", StringComparison.OrdinalIgnoreCase))
            .Select(Repository.Relative).ShouldBeEmpty();
        BuildFiles().Where(path => XDocument.Load(path).Descendants().Any(one => one.Name.LocalName == "ImportDirectoryBuildProps"))
            .Select(Repository.Relative).ShouldBeEmpty();
    }

    private static IEnumerable<string> Settings(string path) =>
        XDocument.Load(path).Descendants().Where(one => one.Name.LocalName == TransitiveReferences)
            .Select(one => one.Parent!.Attribute("Condition") is null && one.Attribute("Condition") is null ? one.Value : "sometimes");

    /// <summary>What MSBuild reads below the root.</summary>
    private static IEnumerable<string> BuildFiles()
    {
        string[] patterns = ["*.csproj", "*.props", "*.targets"];
        return Folders.Append("scripts").SelectMany(folder => patterns.SelectMany(pattern => Repository.Files(folder, pattern)));
    }

    private static string FolderOf(string id, Dictionary<string, string> entries, Dictionary<string, string> parents) =>
        parents.TryGetValue(id, out var parent) ? $"{FolderOf(parent, entries, parents)}/{entries[parent]}".TrimStart('/') : "";

    /// <summary>A project inside another's folder is shown beside it, and a project at the top in a folder of its name.</summary>
    private static string FolderOnDisk(string project)
    {
        var home = Path.GetDirectoryName(project)!;
        for (var outer = home; outer.Length > 0; outer = Path.GetDirectoryName(outer)!)
            if (Directory.EnumerateFiles(Path.Combine(Repository.Root, outer), "*.csproj").Any())
                home = outer;
        return home.Contains('/', StringComparison.Ordinal) ? Path.GetDirectoryName(home)! : home;
    }

    // On the left of the assignments it is followed by what the line assigns.
    [GeneratedRegex(@"\|([^|.=\r\n]+)(?=[.=\r\n])")]
    private static partial Regex Platform();

    [GeneratedRegex("""Project\("\{[^}]+\}"\) = "([^"]+)", "([^"]+)", "(\{[^}]+\})"$""", RegexOptions.Multiline)]
    private static partial Regex Entry();

    [GeneratedRegex(@"^\t\t(\{[^}]+\}) = (\{[^}]+\})$", RegexOptions.Multiline)]
    private static partial Regex Nesting();
}
