using System.Xml.Linq;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Docs.Tests;

/// <summary>The page of dependencies lists the packages that are used, and no others.</summary>
public sealed class DependencyTests
{
    private static readonly string[] Sections = ["## Packages in the programs", "## Packages in the tests"];

    [Fact]
    public void Every_package_has_a_row_with_its_version_and_every_row_is_of_a_package()
    {
        var used = XDocument.Load(Path.Combine(Sources.Root, "Directory.Packages.props")).Descendants("PackageVersion")
            .Select(one => $"{one.Attribute("Include")!.Value} {one.Attribute("Version")!.Value}");
        Rows().SelectMany(Packages).Order(StringComparer.Ordinal).ShouldBe(used.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_row_says_under_which_licence_a_package_is_what_it_is_for_and_what_else_was_considered() =>
        Rows().Where(row => row.Values.Any(cell => cell.Length == 0) || row["purpose"] == "–" || row["licence"] == "–").ShouldBeEmpty();

    /// <summary>Names of one row have the same version, or one each.</summary>
    private static IEnumerable<string> Packages(IReadOnlyDictionary<string, string> row)
    {
        var (names, versions) = (row["package"].Split(", "), row["version"].Split(", "));
        return names.Select((name, index) => $"{name} {versions[versions.Length == 1 ? 0 : index]}");
    }

    private static IEnumerable<IReadOnlyDictionary<string, string>> Rows()
    {
        var lines = File.ReadAllLines(Path.Combine(Sources.Root, "docs/reference/dependencies.md"));
        return Sections.SelectMany(section => Table(lines.SkipWhile(line => line != section)));
    }

    /// <summary>The next table, each row by the names of its columns.</summary>
    private static IEnumerable<IReadOnlyDictionary<string, string>> Table(IEnumerable<string> lines)
    {
        var table = lines.SkipWhile(line => !line.StartsWith('|')).TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Trim('|', ' ').Split('|', StringSplitOptions.TrimEntries)).ToList();
        return table.Skip(2).Select(cells => table[0].Zip(cells).ToDictionary(pair => pair.First, pair => pair.Second));
    }
}
