using System.Diagnostics;
using System.Text.RegularExpressions;
using K8sMediaFlow.EndToEnd.Tests.Pods;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.EndToEnd.Tests.Images;

/// <summary>What is in the image archives, and that it runs where nothing else is.</summary>
[Trait("Category", "Slow")]
[Collection(UnpackedImages.Collection)]
public sealed partial class ImageTests(UnpackedImages images)
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
        File.Exists(Path.Combine(archive.Root, archive.Entrypoint[0][1..])).ShouldBeTrue();
        // Bridges to ffmpeg and scripts around exec need a shell; what is not there, nobody can misuse.
        File.Exists(Path.Combine(archive.Root, "bin/sh")).ShouldBe(image == "media-operators");
        var beside = Directory.GetFiles(Path.Combine(archive.Root, "opt/k8smediaflow")).Select(Path.GetFileName).Except([program]);
        (native ? !beside.Any() : beside.Contains("libcoreclr.so")).ShouldBeTrue(string.Join(' ', beside));
        archive.User.ShouldBe("65532:65532");
        var stage = Stage(image);
        EntrypointLine().Match(stage).Groups[1].Value.ShouldBe(string.Join(", ", archive.Entrypoint.Select(one => $"\"{one}\"")));
        Stage("base").ShouldContain("USER " + archive.User);
        Stage("base").ShouldContain("ENV " + archive.Variables.Single(one => one.StartsWith("DOTNET", StringComparison.Ordinal)));
        stage.ShouldContain($"COPY --from={image}-root /image /");
        Stage(image + "-root").ShouldContain($"RUN images/build.sh --root /image {image}");
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

    [NeedsTheory("root", "unshare", "setpriv")]
    [Trait("Category", "Root")]
    [InlineData("an encoder with sound", "ffmpeg $PICTURES -f lavfi -i sine -t 1 -c:v libx264 -c:a aac -f mpegts -")]
    [InlineData("a text with a font", "ffmpeg $PICTURES -vf drawtext=text=score -frames:v 5 -f rawvideo -")]
    [InlineData("a character set",
        "printf '1\\n00:00:00,000 --> 00:00:01,000\\ncaf\\351\\n' | ffmpeg -sub_charenc ISO-8859-1 -i pipe:0 -f webvtt -")]
    [InlineData("newer codecs",
        "ffmpeg $PICTURES -frames:v 2 -c:v libsvtav1 -f matroska - | ffmpeg -i pipe:0 -c:v libx265 -f matroska -")]
    public void The_media_operators_image_has_what_its_ffmpeg_needs_for(string what, string command)
    {
        const string Setting = "set -o pipefail; PICTURES='-f lavfi -i testsrc=size=64x64:rate=5'; "
            + "ffmpeg() { /usr/bin/ffmpeg -nostdin -loglevel error \"$@\"; }; ";
        var script = $"{Setting}{command} | wc -c";
        var result = Programs.Run(Captured(Jail.Arguments(images.Get("media-operators"), "/bin/bash", "-c", script)));
        result.ExitCode.ShouldBe(0, $"{what}: {result.Errors}");
        int.Parse(result.Output, System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThan(30, $"{what}: {result.Errors}");
    }

    [NeedsTheory("root", "unshare", "setpriv")]
    [Trait("Category", "Root")]
    [InlineData("media-operators", "--help", 0, "decode")]
    [InlineData("sidecar", "preflight --json", 1, "devices")]
    [InlineData("controller", "--help", 2, "k8smediaflow-controller:")]
    public void The_program_of_an_image_starts_where_nothing_else_is(string image, string arguments, int code, string text)
    {
        var archive = images.Get(image);
        var result = Programs.Run(Captured(Jail.Arguments(archive, [archive.Entrypoint[0], .. arguments.Split(' ')])));
        result.ExitCode.ShouldBe(code, result.Errors);
        (result.Output + result.Errors).ShouldContain(text);
    }

    private static ProcessStartInfo Captured(string[] arguments) =>
        new("unshare", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };

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
            + $"mount -o remount,bind,ro {root} && exec setpriv --no-new-privs chroot --userspec=65532:65532 --groups= {root} \"$@\"";
        return ["--mount", "--", "/bin/sh", "-c", script, "jail", .. command];
    }
}
