using System.Xml.Linq;

namespace K8sMediaFlow.Architecture.Tests;

/// <summary>What a project file names, by path.</summary>
internal static class ProjectFile
{
    /// <summary>The projects that it references, in their order.</summary>
    public static IReadOnlyList<string> Referenced(string project) =>
        [.. Includes(project, "ProjectReference").Select(include => Path.GetFullPath(include, Path.GetDirectoryName(project)!))];

    /// <summary>Every C# file that is compiled into it: its folder without the projects in it, and what it takes from elsewhere.</summary>
    public static IEnumerable<string> Compiled(string project)
    {
        var folder = Path.GetDirectoryName(project)!;
        var inner = Repository.Files(Repository.Relative(folder), "*.csproj").Where(other => other != project)
            .Select(other => Path.GetDirectoryName(other)! + "/").ToList();
        var own = Repository.Files(Repository.Relative(folder), "*.cs").Where(path => !inner.Any(path.StartsWith));
        return own.Concat(Includes(project, "Compile").SelectMany(include => Matching(folder, include)));
    }

    public static bool IsProgram(string project) =>
        XDocument.Load(project).Descendants("OutputType").Any(type => type.Value == "Exe");

    private static IEnumerable<string> Matching(string folder, string include)
    {
        var path = Path.GetFullPath(include, folder);
        var depth = path.Contains("/**/", StringComparison.Ordinal) ? SearchOption.AllDirectories : SearchOption.TopDirectoryOnly;
        var from = Path.GetDirectoryName(path.Replace("/**/", "/", StringComparison.Ordinal))!;
        return Directory.EnumerateFiles(from, Path.GetFileName(path), depth);
    }

    private static IEnumerable<string> Includes(string project, string element) => XDocument.Load(project).Descendants(element)
        .Select(one => one.Attribute("Include")?.Value).OfType<string>()
        .SelectMany(include => include.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        .Select(include => include.Replace('\\', '/'));
}
