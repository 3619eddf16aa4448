using System.Diagnostics;
using System.Text.RegularExpressions;
using K8sMediaFlow.EndToEnd.Tests.Pods;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.EndToEnd.Tests.Images;

/// <summary>What is in the image archives, and that it runs where nothing else is.</summary>
[Trait("Category", "Slow")]
public sealed partial class ImageTests(UnpackedImages images) : IClassFixture<UnpackedImages>
{
    private static readonly string Dockerfile = File.ReadAllText(Path.Combine(Programs.Root, "images", "Dockerfile"));

    [Theory]
    [InlineData("sidecar", "k8smediaflow-sidecar", true)]
    [InlineData("media-operators", "media-operator", true)]
    [InlineData("controller", "k8smediaflow-controller", false)]
    public void An_archive_holds_a_program_that_needs_no_runtime_and_is_started_as_the_Dockerfile_says(string image, string program,
        bool native)
    {
        var archive = images.Get(image);
        archive.CheckDigests();
        archive.Name.ShouldBe($"localhost/k8smediaflow/{image}:dev");
        archive.Entrypoint[0].ShouldBe("/opt/k8smediaflow/" + program);
        foreach (var file in new[] { archive.Entrypoint[0][1..], "bin/sh" })
            File.Exists(Path.Combine(archive.Root, file)).ShouldBeTrue(file);
        var beside = Directory.GetFiles(Path.Combine(archive.Root, "opt/k8smediaflow")).Select(Path.GetFileName).Except([program]);
        (native ? !beside.Any() : beside.Contains("libcoreclr.so")).ShouldBeTrue(string.Join(' ', beside));
        archive.User.ShouldBe("65532:65532");
        var stage = Stage(image);
        EntrypointLine().Match(stage).Groups[1].Value.ShouldBe(string.Join(", ", archive.Entrypoint.Select(one => $"\"{one}\"")));
        Stage("base").ShouldContain("USER " + archive.User);
        Stage("base").ShouldContain("ENV " + archive.Variables.Single(one => one.StartsWith("DOTNET", StringComparison.Ordinal)));
        stage.Contains("ffmpeg", StringComparison.Ordinal).ShouldBe(File.Exists(Path.Combine(archive.Root, "usr/bin/ffmpeg")));
        stage.Contains("libibverbs1 ibverbs-providers", StringComparison.Ordinal)
            .ShouldBe(Directory.Exists(Path.Combine(archive.Root, "etc/libibverbs.d")));
    }

    [Fact]
    public void Images_share_their_lowest_layer()
    {
        var sidecar = images.Get("sidecar");
        var operators = images.Get("media-operators");
        sidecar.Layers[0].ShouldBe(operators.Layers[0]);
        (sidecar.Layers.Count, operators.Layers.Count).ShouldBe((3, 3));
    }

    [NeedsFact("root", "unshare", "setpriv")]
    [Trait("Category", "Root")]
    public async Task The_sidecar_of_the_image_serves_in_a_root_without_anything_else_and_as_nobody_in_particular()
    {
        var archive = images.Get("sidecar");
        using var line = new PodLine(Execution.Streaming);
        var sidecar = line.StartSidecarIn(archive, PodLine.Source);
        await line.PushAsync(PodLine.Source);
        (await line.GetAsync(PodLine.Source, "/readyz")).Text.ShouldBe("generate-0 is Waiting\n");
        sidecar.Signal("TERM");
        sidecar.AwaitExit().ShouldBe(0, string.Join('\n', sidecar.Lines));
    }

    [NeedsFact("root", "unshare", "setpriv")]
    [Trait("Category", "Root")]
    public void The_media_operators_image_decodes_and_encodes_with_its_own_ffmpeg()
    {
        var archive = images.Get("media-operators");
        var video = Tool.Run("unshare", Jail.Arguments(archive, "/usr/bin/ffmpeg", "-loglevel", "error", "-f", "lavfi", "-i",
            "testsrc=size=64x64:rate=5", "-frames:v", "5",
            "-c:v", "libx264", "-f", "mpegts", "-"));
        video.Length.ShouldBeGreaterThan(1000);
        var help = Programs.Run(new ProcessStartInfo("unshare", Jail.Arguments(archive, [.. archive.Entrypoint, "--help"]))
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });
        help.ExitCode.ShouldBe(0, help.Errors);
        help.Output.ShouldContain("decode");
    }

    private static string Stage(string name) =>
        Regex.Match(Dockerfile, $@"^FROM \S+ AS {name}\n((?:(?!FROM ).*\n?)*)", RegexOptions.Multiline).Groups[1].Value;

    [GeneratedRegex(@"^ENTRYPOINT \[(.*)\]$", RegexOptions.Multiline)]
    private static partial Regex EntrypointLine();
}

/// <summary>Runs a program with an image's root as its own, read-only but for what a pod would mount, and as the image's user.</summary>
internal static class Jail
{
    public static string[] Arguments(ImageArchive archive, params string[] command) => Arguments(archive, [], command);

    /// <param name="archive">Whose root.</param>
    /// <param name="mounts">Folders of this machine, and where a pod would mount them.</param>
    /// <param name="command">Program and arguments.</param>
    public static string[] Arguments(ImageArchive archive, IEnumerable<(string Folder, string At)> mounts, params string[] command)
    {
        var root = archive.Root;
        var script = $"mount --bind {root} {root} && mount --bind /dev {root}/dev && mount -t proc proc {root}/proc && "
            + string.Concat(mounts.Select(mount => $"mount --bind {mount.Folder} {root}{mount.At} && "))
            + $"mount -o remount,bind,ro {root} && exec chroot {root} /usr/bin/setpriv --reuid 65532 --regid 65532 --clear-groups --no-new-privs -- \"$@\"";
        return ["--mount", "--", "/bin/sh", "-c", script, "jail", .. command];
    }
}
