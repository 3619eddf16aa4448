using System.Xml.Linq;

namespace K8sMediaFlow.Architecture.Tests;

/// <summary>Who may reference whom: the table of docs/explanation/architecture.md, and nothing else.</summary>
public class RoomTests
{
    private static readonly IReadOnlyDictionary<string, string[]> Allowed = RoomTable.Read();

    [Fact]
    public void Every_room_references_the_rooms_of_the_table_and_no_others() => Projects().SelectMany(Violations).ShouldBeEmpty();

    [Fact]
    public void Every_room_of_the_table_has_a_project() =>
        Allowed.Keys.Except(Projects().Select(path => Path.GetFileNameWithoutExtension(path)!)).ShouldBeEmpty();

    [Fact]
    public void Every_room_says_in_one_sentence_what_it_is()
    {
        foreach (var project in Projects())
        {
            var page = Path.Combine(Path.GetDirectoryName(project)!, "README.md");
            File.Exists(page).ShouldBeTrue(page);
            File.ReadAllText(page).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length.ShouldBe(2, $"{page}: a title and a sentence");
        }
    }

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        var solution = File.ReadAllText(Path.Combine(Repository.Root, "K8sMediaFlow.sln")).Replace('\\', '/');
        var missing = new[] { "src", "libs", "tests", "bench", "samples" }.SelectMany(folder => Repository.Files(folder, "*.csproj"))
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

    // They share processors with programs that have use for each of them: codecs above all.
    [Fact]
    public void The_worker_threads_of_every_program_sleep_at_once()
    {
        const string limit = "System.Threading.ThreadPool.UnfairSemaphoreSpinLimit";
        // The generator runs while the solution is built, alone.
        var programs = Repository.Files("src", "*.csproj").Where(path => ProjectFile.IsProgram(path) && !path.EndsWith("Generator.csproj"));
        var spinning = programs.Where(path => !XDocument.Load(path).Descendants("RuntimeHostConfigurationOption")
            .Any(option => (option.Attribute("Include")?.Value, option.Attribute("Value")?.Value) == (limit, "0")));
        spinning.Select(Repository.Relative).ShouldBeEmpty();
    }

    private static IEnumerable<string> Projects() => Repository.Files("libs", "*.csproj").Concat(Repository.Files("src", "*.csproj"));

    private static IEnumerable<string> Violations(string project)
    {
        var room = Path.GetFileNameWithoutExtension(project);
        var allowed = Allowed.GetValueOrDefault(room);
        if (allowed is null)
            return [$"{room} is no room of the table"];
        var referenced = ProjectFile.Referenced(project).Select(target => Path.GetFileNameWithoutExtension(target)!).ToList();
        return referenced.Except(allowed).Select(target => $"{room} references {target}")
            .Concat(allowed.Except(referenced).Select(target => $"{room} does not reference {target}"));
    }
}
