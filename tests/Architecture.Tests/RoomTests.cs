using System.Xml.Linq;

namespace K8sMediaFlow.Architecture.Tests;

/// <summary>Who may reference whom: the table of docs/explanation/architecture.md, and nothing else.</summary>
public class RoomTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Native"] = [],
        ["CapnProto"] = [],
        ["Protobuf"] = [],
        ["CapnProto.Compiler"] = ["CapnProto"],
        ["Pipelines"] = [],
        ["Kubernetes"] = [],
        ["Messages"] = ["CapnProto"],
        ["Staging"] = ["Native", "CapnProto"],
        ["Fabric"] = ["Native"],
        ["OperatorSdk"] = ["Native", "Staging", "Messages", "CapnProto"],
        ["MediaOperators"] = ["Native", "OperatorSdk"],
        ["Control"] = ["Pipelines"],
        ["Sidecar"] = ["Native", "CapnProto", "Staging", "Fabric", "Messages", "Pipelines", "Control"],
        ["Crds"] = ["Pipelines", "Kubernetes"],
        ["Operator"] = ["Crds", "Pipelines", "Kubernetes", "Control"],
        ["Crds.Generator"] = ["Crds", "Pipelines", "Kubernetes"],
        ["Cli"] = ["Native", "CapnProto", "Protobuf", "Crds", "Pipelines", "Kubernetes", "Control", "Staging", "Messages"],
    };

    [Fact]
    public void Every_room_references_only_the_rooms_that_the_table_allows()
    {
        var violations = Repository.Files("src", "*.csproj").SelectMany(Violations).ToList();
        violations.ShouldBeEmpty();
    }

    [Fact]
    public void The_document_and_this_table_are_one()
    {
        var documented = File.ReadLines(Path.Combine(Repository.Root, "docs", "explanation", "architecture.md")).SkipWhile(line => !line.StartsWith("| room |", StringComparison.Ordinal)).Skip(2)
            .TakeWhile(line => line.StartsWith('|')).Select(line => line.Split('|')).ToDictionary(cells => cells[1].Trim(' ', '`'), cells => Names(cells[3]));
        // Programs of a room that stand in its own row.
        foreach (var (room, allowed) in Allowed.Where(one => !one.Key.Contains('.', StringComparison.Ordinal)))
            documented.GetValueOrDefault(room, []).Order(StringComparer.Ordinal).ShouldBe(allowed.Order(StringComparer.Ordinal), $"the row of {room}");
        documented.Keys.Where(room => !Allowed.ContainsKey(room)).ShouldBeEmpty();

        static string[] Names(string cell) => cell.Trim() == "nothing" ? [] : [.. cell.Split(',').Select(name => name.Trim())];
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "K8sMediaFlow.sln")).Replace('\\', '/');
        var missing = new[] { "src", "tests", "bench" }.SelectMany(folder => Repository.Files(folder, "*.csproj"))
            .Select(Repository.Relative).Where(path => !solution.Contains(path, StringComparison.Ordinal));
        missing.ShouldBeEmpty();
    }

    [Fact]
    public void Package_versions_stand_in_one_place()
    {
        var own = Repository.Files(".", "*.csproj").Where(path => File.ReadAllText(path).Contains("PackageReference") &&
            XDocument.Load(path).Descendants("PackageReference").Any(package => package.Attribute("Version") is not null));
        own.Select(Repository.Relative).ShouldBeEmpty();
    }

    private static IEnumerable<string> Violations(string project)
    {
        var room = Path.GetFileNameWithoutExtension(project);
        var allowed = Allowed.GetValueOrDefault(room);
        if (allowed is null)
            return [$"{room} is no room of the table"];
        return XDocument.Load(project).Descendants("ProjectReference")
            .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')))
            .Where(target => !allowed.Contains(target))
            .Select(target => $"{room} references {target}");
    }
}
