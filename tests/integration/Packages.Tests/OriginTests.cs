using System.Text;
using System.Xml.Linq;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Packages.Tests;

/// <summary>From what the packages were made: anyone can make them again, and a debugger finds their sources.</summary>
[Collection(nameof(PackedPackages))]
[Trait("Category", "Slow")]
public sealed class OriginTests(PackedPackages packages)
{
    // Sources are below the first, what the build writes is below the second.
    private static readonly string[] _roots = ["/_/", "/_build/"];

    private static readonly string _repository =
        XDocument.Load(Path.Combine(Sources.Root, "Directory.Build.props")).Descendants("RepositoryUrl").Single().Value;

    /// <summary>Null where these sources are not a clone: the packages name no commit then.</summary>
    private static string? Commit { get; } = Path.Exists(Path.Combine(Sources.Root, ".git"))
        ? Encoding.UTF8.GetString(Tool.Run("git", ["rev-parse", "HEAD"], folder: Sources.Root)).Trim() : null;

    [Theory]
    [InlineData("K8sMediaFlow.CapnProto")]
    [InlineData("K8sMediaFlow.Sdk")]
    public void A_package_names_the_commit_that_it_was_made_from(string package)
    {
        var commit = Commit is null ? "" : $" commit=\"{Commit}\"";
        packages.Manifest(package).ShouldContain($"<repository type=\"git\" url=\"{_repository}\"{commit} />");
    }

    [Theory]
    [InlineData("K8sMediaFlow.CapnProto")]
    [InlineData("K8sMediaFlow.Sdk")]
    public void Every_assembly_of_a_package_has_symbols_that_lead_to_its_sources(string package)
    {
        var assemblies = packages.Entries(package, "lib/net10.0/").Where(name => name.EndsWith(".dll", StringComparison.Ordinal));
        var symbols = packages.Symbols(package).ToList();
        symbols.Select(one => one.File).ShouldBe(assemblies.Select(name => Path.ChangeExtension(name, ".pdb")));
        var files = _repository.Replace("https://github.com/", "https://raw.githubusercontent.com/", StringComparison.Ordinal);
        var link = Commit is null ? null : $$$"""{"documents":{"/_/*":"{{{files}}}/{{{Commit}}}/*"}}""";
        foreach (var one in symbols)
        {
            one.SourceLink.ShouldBe(link, one.File);
            one.Documents.Where(path => !_roots.Any(root => path.StartsWith(root, StringComparison.Ordinal))).ShouldBeEmpty(one.File);
        }
    }

    [Fact]
    public void Another_pack_of_the_same_sources_makes_the_same_bytes() =>
        packages.FilesThatAnotherPackMakesDifferent().ShouldBeEmpty();
}
