using System.Text.RegularExpressions;
using System.Xml.Linq;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Packages.Tests;

/// <summary>The packages, as somebody gets them who has nothing else of this repository.</summary>
[Collection(nameof(PackedPackages))]
[Trait("Category", "Slow")]
public sealed partial class PackageTests(PackedPackages packages)
{
    [Fact]
    public void Two_packages_are_made_each_with_its_symbols() => packages.Files().ShouldBe([
        "K8sMediaFlow.CapnProto.0.1.0.nupkg", "K8sMediaFlow.CapnProto.0.1.0.snupkg",
        "K8sMediaFlow.Sdk.0.1.0.nupkg", "K8sMediaFlow.Sdk.0.1.0.snupkg",
    ]);

    [Fact]
    public void Of_the_solution_two_projects_are_packable_and_no_other_is_unless_it_says_so()
    {
        var solution = File.ReadAllText(Path.Combine(Sources.Root, "K8sMediaFlow.sln")).Replace('\\', '/');
        var projects = Project().Matches(solution).Select(match => match.Groups[1].Value);
        projects.Where(project => Packable(project) is "true").Order(StringComparer.Ordinal)
            .ShouldBe(["libs/CapnProto/CapnProto.csproj", "src/Sdk/Sdk.csproj"]);
        Packable("Directory.Build.props").ShouldBe("false");
    }

    [Fact]
    public void A_project_outside_generates_a_schema_reads_it_back_and_hears_what_the_environment_lacks()
    {
        var lines = packages.RunOutside();
        lines[0].ShouldBe("goal 0.75");
        lines[1].ShouldStartWith("Environment: K8SMEDIAFLOW_SOCKET is not set: it must hold the path of the sidecar's Unix socket.");
    }

    [Fact]
    public void The_project_of_the_tutorial_builds_from_its_own_blocks()
    {
        var tutorial = File.ReadAllText(Path.Combine(Sources.Root, "docs/tutorial/first-media-operator.md"));
        var files = FileBlock().Matches(tutorial).Select(match => (match.Groups[1].Value, match.Groups[2].Value)).ToList();
        files.ShouldContain(file => file.Item1 == "Brightness/Program.cs");
        File.Exists(packages.BuildBesideCheckout(files, "Brightness")).ShouldBeTrue();
    }

    [Fact]
    public void The_packages_own_assembly_is_to_be_compiled_against_and_what_is_beneath_it_only_runs()
    {
        packages.Entries("K8sMediaFlow.CapnProto", "ref/net10.0/").ShouldBe(["K8sMediaFlow.CapnProto.dll", "K8sMediaFlow.CapnProto.xml"]);
        packages.Entries("K8sMediaFlow.CapnProto", "lib/net10.0/").Where(name => name.EndsWith(".dll", StringComparison.Ordinal))
            .ShouldBe(["K8sMediaFlow.CapnProto.dll", "K8sMediaFlow.Primitives.dll"]);
        packages.Entries("K8sMediaFlow.Sdk", "ref/net10.0/").ShouldBe(["K8sMediaFlow.Sdk.dll", "K8sMediaFlow.Sdk.xml"]);
        packages.Entries("K8sMediaFlow.Sdk", "lib/net10.0/").Where(name => name.EndsWith(".dll", StringComparison.Ordinal)).ShouldBe([
            "K8sMediaFlow.Messages.dll", "K8sMediaFlow.Native.dll", "K8sMediaFlow.Sdk.dll", "K8sMediaFlow.Staging.dll",
        ]);
    }

    [Theory]
    [InlineData("K8sMediaFlow.Sdk", "Microsoft.Extensions.Logging.Abstractions")]
    [InlineData("K8sMediaFlow.CapnProto", null)]
    public void A_package_says_its_licence_its_source_and_what_it_needs_beside_the_framework(string package, string? needs)
    {
        var manifest = packages.Manifest(package);
        manifest.ShouldContain("<license type=\"expression\">Apache-2.0</license>");
        manifest.ShouldContain("<readme>README.md</readme>");
        manifest.ShouldContain("<icon>icon.png</icon>");
        var dependencies = manifest.Split("<dependency ").Length - 1;
        dependencies.ShouldBe(needs is null ? 0 : 2);
        manifest.ShouldContain(needs ?? package);
    }

    private static string? Packable(string project) =>
        XDocument.Load(Path.Combine(Sources.Root, project)).Descendants("IsPackable").SingleOrDefault()?.Value;

    [GeneratedRegex(@"<!-- file: (\S+) -->\n```\w+\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex FileBlock();

    [GeneratedRegex("\"([^\"]+\\.csproj)\"")]
    private static partial Regex Project();
}
