using System.Text;
using System.Text.RegularExpressions;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Architecture.Tests.Scripts;

/// <summary>A target brings what it needs, on a machine that has nothing. The machine and its apt are fakes.</summary>
public sealed partial class InstallTests : IDisposable
{
    private static readonly string[] Linking = ["gcc", "libc6-dev", "zlib1g-dev"];

    private readonly string _root = Directory.CreateTempSubdirectory("install").FullName;

    public InstallTests()
    {
        Program("scripts/install.sh", File.ReadAllText(Path.Combine(Repository.Root, "scripts", "install.sh")));
        foreach (var (name, body) in (ReadOnlySpan<(string, string)>)[("scripts/tools.sh", "exit 0"), ("bin/dpkg-query", "exit 1"),
            ("bin/apt-get", "exit 0"), ("bin/sudo", "exec \"$@\""), ("bin/dotnet", "exit 0")])
            Program(name, $"#!/bin/sh\n{body}\n");
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Theory]
    [InlineData("publish")]
    [InlineData("images")]
    [InlineData("test")]
    [InlineData("cluster-test")]
    [InlineData("rdma-demo")]
    [InlineData("bench", "ONLY=pipeline")]
    [InlineData("bench", "ONLY=cluster")]
    public void A_target_that_links_native_programs_installs_a_linker_first(params string[] target)
    {
        var steps = Run("make", ["-n", "-C", Repository.Root, .. target]);
        var installs = Job().Match(steps);
        installs.Success.ShouldBeTrue(steps);
        steps[..installs.Index].ShouldNotContain("publish.sh");
        Installed(installs.Groups[1].Value).Intersect(Linking).ShouldBe(Linking, ignoreOrder: true);
    }

    [Fact]
    public void What_the_local_run_installs_links_nothing()
    {
        Run("make", ["-n", "-C", Repository.Root, "run"]).ShouldNotContain("--native");
        Installed("run").Intersect(Linking).ShouldBeEmpty();
    }

    [Fact]
    public void The_Dockerfile_installs_what_the_images_are_built_with() =>
        Words(File.ReadAllText(Path.Combine(Repository.Root, "images", "Dockerfile")), "--no-install-recommends ")
            .ShouldBe(Installed("images"), ignoreOrder: true);

    private string[] Installed(string job) =>
        Words(Run(Path.Combine(_root, "scripts", "install.sh"), [job]), "Installing Debian packages: ");

    private static string[] Words(string text, string before) => text.Split(before)[1].Split('\n')[0].Split(' ');

    private string Run(string program, string[] arguments) =>
        Encoding.UTF8.GetString(Tool.Run("env", [$"PATH={_root}/bin:{Environment.GetEnvironmentVariable("PATH")}", program, .. arguments]));

    private void Program(string path, string text) => FakeProgram.Write(_root, path, text);

    [GeneratedRegex(@"scripts/install\.sh (\w+)")]
    private static partial Regex Job();
}
