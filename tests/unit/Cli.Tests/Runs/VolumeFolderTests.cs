using K8sMediaFlow.Cli.Run.Preparation;
using K8sMediaFlow.Cli.Run.Processes;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Cli.Tests.Runs;

public class VolumeFolderTests
{
    private static readonly Dictionary<string, string> Folders = new() { ["media"] = "/here", ["raw"] = "/there" };

    [Theory]
    [InlineData("/media/match.mp4", "/here/match.mp4")]
    [InlineData("/media", "/here")]
    [InlineData("--output=/media/out.mp4", "--output=/here/out.mp4")]
    [InlineData("/media/a:/media/b", "/here/a:/here/b")]
    [InlineData("/media/raw/x", "/there/x")]
    [InlineData("/mediathek/x", "/mediathek/x")]
    [InlineData("/media-old/x", "/media-old/x")]
    [InlineData("/old/media/x", "/old/media/x")]
    [InlineData("media/x", "media/x")]
    public void A_path_below_a_mount_becomes_a_path_below_its_folder(string given, string expected)
    {
        var node = new MediaOperatorNode
        {
            Name = "decode",
            Args = [given],
            Environment = [new EnvironmentVariable("INPUT", given)],
            VolumeMounts = [new VolumeMount("media", "/media/"), new VolumeMount("raw", "/media/raw")],
        };
        var mapped = VolumeFolders.Map(node, Folders);
        mapped.Args.Single().ShouldBe(expected);
        mapped.Environment.Single().Value.ShouldBe(expected);
    }

    [Fact]
    public void A_sub_path_of_the_volume_is_kept()
    {
        var node = new MediaOperatorNode
        {
            Name = "decode",
            Args = ["/media/x"],
            VolumeMounts = [new VolumeMount("media", "/media", SubPath: "clips")],
        };
        VolumeFolders.Map(node, Folders).Args.Single().ShouldBe("/here/clips/x");
    }

    [Fact]
    public void A_mounted_volume_without_a_folder_is_named_with_what_to_give()
        => Should.Throw<RunException>(() => VolumeFolders.Parse([], Graph("persistentVolumeClaim")))
            .Message.ShouldBe("volume 'media' (at /media in decode) has no folder on this machine: give --set media=DIR");

    [Fact]
    public void An_empty_dir_needs_no_folder() => VolumeFolders.Parse([], Graph(VolumeFolders.EmptyDir)).ShouldBeEmpty();

    [Theory]
    [InlineData("media", "--set media: expected VOLUME=DIR")]
    [InlineData("media=", "--set media=: expected VOLUME=DIR")]
    [InlineData("disk=/tmp", "--set disk=/tmp: the pipeline has no volume 'disk' (it has: media)")]
    [InlineData("media=/no/such", "--set media=/no/such: there is no folder '/no/such'")]
    public void A_bad_set_is_refused_with_its_reason(string set, string reason)
        => Should.Throw<RunException>(() => VolumeFolders.Parse([set], Graph("persistentVolumeClaim"))).Message.ShouldBe(reason);

    private static PipelineGraph Graph(string kind) => new()
    {
        Name = "highlights",
        Operators = [new MediaOperatorNode { Name = "decode", VolumeMounts = [new VolumeMount("media", "/media")] }],
        Volumes = [new GraphVolume("media", kind)],
    };
}
