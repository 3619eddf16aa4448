using System.Text.RegularExpressions;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.EndToEnd.Tests;

/// <summary>What <c>make publish</c> builds, and these tests start: the machine's own code, without a runtime and its compiler.</summary>
[Trait("Category", "Slow")]
public sealed partial class PublishedProgramTests
{
    // Where a native program has the code that was C#. A program that starts the runtime has none.
    private const string Code = "__managedcode";
    private const string Symbols = ".symtab", Lines = ".debug_info";

    [NeedsTheory("readelf")]
    [InlineData("k8smediaflow")]
    [InlineData("k8smediaflow-sidecar")]
    [InlineData("media-operator")]
    public void A_published_program_is_native_and_its_symbols_are_in_a_file_beside_it(string program)
    {
        Sections(program).ShouldContain(Code, $"{program} is not native: scripts/publish.sh FOLDER Release --native");
        Sections(program).Intersect([Symbols, Lines]).ShouldBeEmpty();
        Sections(program + ".dbg").Intersect([Symbols, Lines]).ShouldBe([Symbols, Lines], ignoreOrder: true);
        BuildOf(program + ".dbg").ShouldBe(BuildOf(program), "a debugger takes symbols of this very build only");
    }

    [Fact]
    public void Nothing_that_needs_a_runtime_is_beside_the_published_programs() =>
        Directory.GetFiles(Programs.Bin).Where(path => Path.GetExtension(path) is ".dll" or ".json" or ".pdb").ShouldBeEmpty();

    private static string[] Sections(string file) =>
        [.. SectionLine().Matches(Read("-SW", file)).Select(match => match.Groups[1].Value)];

    private static string BuildOf(string file) => BuildLine().Match(Read("-n", file)).Groups[1].Value;

    private static string Read(string what, string file)
    {
        var (code, output, errors) = Programs.Run("readelf", what, Path.Combine(Programs.Bin, file));
        code.ShouldBe(0, errors);
        return output;
    }

    [GeneratedRegex(@"^ +\[ *\d+\] (\S+)", RegexOptions.Multiline)]
    private static partial Regex SectionLine();

    [GeneratedRegex(@"Build ID: ([0-9a-f]+)")]
    private static partial Regex BuildLine();
}
