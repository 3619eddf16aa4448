using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>A newcomer's project, made in an empty folder from nothing but the guide's own blocks.</summary>
[Trait("Category", "Slow")]
public sealed partial class GuideTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("capnp-guide-").FullName;
    private readonly string _guide = File.ReadAllText(Path.Combine(CapnpTool.Root, "docs/tutorial/capnproto.md"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [NeedsFact("capnp")]
    public void The_guide_alone_leads_to_a_program_that_prints_what_the_guide_says()
    {
        WriteFiles();
        var output = Follow();
        var expected = Blocks("output").Select(block => block.Text.TrimEnd()).ToArray();
        output.TrimEnd().ShouldEndWith(string.Join('\n', expected));

        // Nothing changed: nothing is generated again.
        var generated = Directory.GetFiles(Path.Combine(_folder, "Hello"), "outer.capnp.cs", SearchOption.AllDirectories)
            .ShouldHaveSingleItem();
        var before = File.GetLastWriteTimeUtc(generated);
        Run("dotnet build", "Hello").Code.ShouldBe(0);
        File.GetLastWriteTimeUtc(generated).ShouldBe(before);

        // A schema that grows: the code follows. One that is wrong: an error at its line.
        var schema = Path.Combine(_folder, "Hello/outer.capnp");
        File.WriteAllText(schema, File.ReadAllText(schema).Replace("data @2 :Text;", "data @2 :Text; more @3 :Bool;"));
        Run("dotnet build", "Hello").Code.ShouldBe(0);
        File.ReadAllText(generated).ShouldContain("public bool More");
        File.WriteAllText(schema, File.ReadAllText(schema).Replace(":UInt32", ":Uint32"));
        var (code, text) = Run("dotnet build", "Hello");
        code.ShouldNotBe(0);
        text.ShouldMatch(@"outer\.capnp\(5,\d+\): error CAPNP001: .*Uint32");
    }

    [NeedsFact("capnp")]
    public void The_generator_is_built_as_the_guide_says_and_generates_by_itself_and_as_a_plugin()
    {
        WriteFiles();
        var (folder, command) = Blocks("tool").ShouldHaveSingleItem();
        var (code, text) = Run(command, folder);
        code.ShouldBe(0, text);
        text.ShouldContain("capnpc-csharp - C# readers and builders");
        foreach (var schema in (string[])["outer", "shapes"])
        {
            var alone = File.ReadAllText(Path.Combine(_folder, $"Generated/{schema}.capnp.cs"));
            var plugin = File.ReadAllText(Path.Combine(_folder, $"Generated/Plugin/{schema}.capnp.cs"));
            alone.ShouldContain("namespace Hello;");
            plugin.Replace($"Schemas.{char.ToUpperInvariant(schema[0])}{schema[1..]}", "Hello").ShouldBe(alone);
        }
    }

    [Fact]
    public void The_guide_prints_the_bytes_of_the_article()
    {
        const string article = "6 0 0 0 0 0 0 0 4 0 0 0 1 0 0 0 5 0 0 0 34 0 0 0 4 0 0 0 5 0 0 0 66 111 98 0 0 0 0 0";
        Blocks("output").First().Text.ShouldStartWith(article);
    }

    private void WriteFiles()
    {
        foreach (var path in Directory.GetFiles(CapnpTool.Root).Concat(SourcesOfCapnProto()))
            CopyIntoCheckout(path);
        foreach (var (name, text) in Blocks("file"))
        {
            var path = Path.Combine(_folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }
    }

    /// <summary>The guide's steps are taken beside a checkout; of this one only what they need, and nothing that was built.</summary>
    private void CopyIntoCheckout(string path)
    {
        var target = Path.Combine(_folder, "K8sMediaFlow", Path.GetRelativePath(CapnpTool.Root, path));
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        File.Copy(path, target);
    }

    private static IEnumerable<string> SourcesOfCapnProto() =>
        new[] { "libs/CapnProto", "libs/CapnProto.Compiler", "libs/Primitives", "scripts" }
            .SelectMany(room => Directory.EnumerateFiles(Path.Combine(CapnpTool.Root, room), "*", SearchOption.AllDirectories))
            .Where(path => !path.Contains("/bin/", StringComparison.Ordinal) && !path.Contains("/obj/", StringComparison.Ordinal));

    private string Follow()
    {
        var output = "";
        foreach (var (folder, command) in Blocks("run"))
        {
            var (code, text) = Run(command, folder);
            code.ShouldBe(0, $"{command}\n{text}");
            output = text;
        }

        return output;
    }

    private (int Code, string Output) Run(string command, string folder)
    {
        var start = new ProcessStartInfo("sh", ["-ec", command])
        {
            WorkingDirectory = Path.Combine(_folder, folder),
            RedirectStandardOutput = true,
        };

        // Packages unpack here, not in the user's cache, where an older build of the same version could lie.
        start.Environment["NUGET_PACKAGES"] = Path.Combine(_folder, "cache");
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";

        // An installed tool looks for the runtime by this, which is not set where the SDK is not in its usual place.
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));
        start.Environment["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Hang.LongBound))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"'{command}' did not end within {Hang.LongBound}");
        }
        return (process.ExitCode, output.Result.ReplaceLineEndings("\n"));
    }

    private IEnumerable<(string Name, string Text)> Blocks(string kind) =>
        Block().Matches(_guide).Where(match => match.Groups["kind"].Value == kind)
            .Select(match => (match.Groups["name"].Value, match.Groups["text"].Value));

    [GeneratedRegex(@"<!-- (?<kind>file|run|output|tool): (?<name>\S+) -->\n```\w+\n(?<text>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();
}
