using System.Text.Json;
using System.Text.RegularExpressions;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.EndToEnd.Tests;

/// <summary>The sample with a slow preview beside an archive: what the preview does not see is explained.</summary>
public sealed partial class LivePreviewTests
{
    private const int Frames = 150, DeadlineMilliseconds = 100;

    [NeedsTheory("ffmpeg")]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Category", "Slow")]
    public void The_archive_has_every_frame_and_what_the_preview_does_not_see_is_explained(bool samePod)
    {
        using var run = new LocalRun();
        run.Start(Document(samePod)).AwaitExit().ShouldBe(0, run.Log);
        var (archive, preview) = (Port(run, "archive"), Port(run, "preview"));
        Counts.OfPort(run.Media("archive.json"), "video").ShouldBe(new Counts(Frames, 0, 0, 0));
        (archive.Ended, preview.Ended).ShouldBe((true, true));
        preview.AgeMaxMilliseconds.ShouldBeLessThanOrEqualTo(DeadlineMilliseconds);
        var edge = PreviewEdge().Match(run.Log);
        edge.Success.ShouldBeTrue(run.Log);
        int.Parse(edge.Groups[1].Value).ShouldBe(preview.Frames);
        var dropped = Cause().Matches(edge.Groups[2].Value).Sum(cause => int.Parse(cause.Groups[1].Value));
        (preview.Frames + dropped).ShouldBe(Frames, run.Log);
        run.Leftovers().ShouldBeEmpty();
    }

    private static string Document(bool samePod)
    {
        var sample = File.ReadAllText(Path.Combine(Programs.Root, "config", "samples", "live-preview.yaml"));
        const string mount = "\n      volumeMounts: [{name: media, mountPath: /media}]";
        foreach (var (was, becomes) in new (string, string)[]
        {
            ("--frames, \"300\"", $"--frames, \"{Frames}\""),
            ("[sink, --verify]", "[sink, --verify, --count-file, /media/archive.json]" + mount),
            ("--delay-ms, \"200\"]", "--delay-ms, \"200\", --count-file, /media/preview.json]" + mount),
        })
            sample = sample.Replace(was, becomes, StringComparison.Ordinal);
        return sample + "  volumes: [{name: media, emptyDir: {}}]\n"
            + (samePod ? "  groups: [{name: one, mode: SamePod, operators: [camera, archive, preview]}]\n" : "");
    }

    private static (int Frames, double AgeMaxMilliseconds, bool Ended) Port(LocalRun run, string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(run.Media(name + ".json")));
        var port = document.RootElement.GetProperty("ports").GetProperty("video");
        return (port.GetProperty("frames").GetInt32(), port.GetProperty("age_max_ms").GetDouble(), port.GetProperty("ended").GetBoolean());
    }

    [GeneratedRegex(@"camera\.video->preview\.video \(\w+\): (\d+) frames.* drops (.*)")]
    private static partial Regex PreviewEdge();

    [GeneratedRegex(@"\w+ (\d+)")]
    private static partial Regex Cause();
}
