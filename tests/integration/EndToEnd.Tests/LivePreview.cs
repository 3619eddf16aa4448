using System.Text.Json;
using System.Text.RegularExpressions;

namespace K8sMediaFlow.EndToEnd.Tests;

/// <summary>What one run was like for the archive.</summary>
/// <param name="CameraWaits">How often the camera waited for a block or for room.</param>
/// <param name="AgeP99Milliseconds">The age that 99 of 100 frames did not exceed when the archive received them.</param>
internal readonly record struct ArchiveCost(int CameraWaits, double AgeP99Milliseconds);

/// <summary>The sample of a slow preview beside an archive, run from end to end in one of its forms.</summary>
/// <param name="Way">How the preview's frames travel, as the run names it.</param>
/// <param name="Frames">That the camera sends.</param>
internal sealed partial record LivePreview(string Way, int Frames)
{
    public const int DeadlineMilliseconds = 100;

    private const string Mount = "\n      volumeMounts: [{name: media, mountPath: /media}]";
    private const string Preview = "  - name: preview\n", PreviewEdge = "    - {from: camera.video, to: preview.video";

    /// <summary>Width, height and frames a second of the camera; those of the sample where it is null.</summary>
    public (int Width, int Height, int Rate)? Picture { get; init; }

    /// <summary>Lines under the pipeline's spec.</summary>
    public string More { get; init; } = "";

    /// <summary>Arguments of the run.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>
    /// Runs it with the preview and without: the archive has every frame, the preview has none that is too old, what it does not see is
    /// explained, and the camera waits no more often for it.
    /// </summary>
    public void ShouldCostTheArchiveNothing()
    {
        var alone = Run(hasPreview: false).CameraWaits;
        var beside = Run(hasPreview: true).CameraWaits;
        // A preview that held up the camera would do so for most frames. The rest is what the machine does to either run.
        beside.ShouldBeLessThanOrEqualTo(alone + (Frames / 10), $"waits of the camera beside a preview, and {alone} without it");
    }

    /// <summary>Runs it once, and checks what every run promises.</summary>
    public ArchiveCost Run(bool hasPreview)
    {
        using var run = new LocalRun();
        run.Start(Document(hasPreview), [.. Arguments]).AwaitExit().ShouldBe(0, run.Log);
        Counts.OfPort(run.Media("archive.json"), "video").ShouldBe(new Counts(Frames, 0, 0, 0), run.Log);
        if (hasPreview)
            ShouldExplainWhatThePreviewMisses(run);
        run.Leftovers().ShouldBeEmpty();
        return new(Read(run, "camera").GetProperty("waits").GetInt32(),
            Read(run, "archive").GetProperty("ports").GetProperty("video").GetProperty("age_p99_ms").GetDouble());
    }

    private void ShouldExplainWhatThePreviewMisses(LocalRun run)
    {
        var port = Read(run, "preview").GetProperty("ports").GetProperty("video");
        port.GetProperty("ended").GetBoolean().ShouldBeTrue();
        port.GetProperty("age_max_ms").GetDouble().ShouldBeLessThanOrEqualTo(DeadlineMilliseconds);
        var edge = EdgeOfPreview().Match(run.Log);
        edge.Success.ShouldBeTrue(run.Log);
        var delivered = port.GetProperty("frames").GetInt32();
        (edge.Groups[1].Value, int.Parse(edge.Groups[2].Value)).ShouldBe((Way, delivered), run.Log);
        var dropped = Cause().Matches(edge.Groups[3].Value).Sum(cause => int.Parse(cause.Groups[1].Value));
        (delivered + dropped).ShouldBe(Frames, run.Log);
        dropped.ShouldBeGreaterThan(Frames / 4, "a preview that takes 200 ms for a frame cannot have had most of them");
    }

    private string Document(bool hasPreview)
    {
        var sample = File.ReadAllText(Path.Combine(Programs.Root, "config", "samples", "live-preview.yaml"));
        if (!hasPreview)
            sample = Without(sample);
        var changes = new List<(string Was, string Becomes)>
        {
            ("--frames, \"300\"]", $"--frames, \"{Frames}\", --count-file, /media/camera.json]" + Mount),
            ("[sink, --verify]", "[sink, --verify, --count-file, /media/archive.json]" + Mount),
        };
        if (hasPreview)
            changes.Add(("--delay-ms, \"200\"]", "--delay-ms, \"200\", --count-file, /media/preview.json]" + Mount));
        if (Picture is var (width, height, rate))
            changes.Add(("width: 1920, height: 1080, format: yuv420p, frameRate: \"30\"",
                $"width: {width}, height: {height}, format: yuv420p, frameRate: \"{rate}\""));
        foreach (var (was, becomes) in changes)
            sample = Replace(sample, was, becomes);
        var more = hasPreview ? More : More.Replace(", preview]", "]", StringComparison.Ordinal);
        return $"{sample}  volumes: [{{name: media, emptyDir: {{}}}}]\n{more}";
    }

    private static string Without(string sample)
    {
        var mediaOperator = sample.IndexOf("  " + Preview, StringComparison.Ordinal);
        var edges = sample.IndexOf("  edges:", StringComparison.Ordinal);
        sample = sample[..mediaOperator] + sample[edges..];
        return sample[..sample.IndexOf(PreviewEdge, StringComparison.Ordinal)];
    }

    private static string Replace(string text, string was, string becomes) => text.Contains(was, StringComparison.Ordinal)
        ? text.Replace(was, becomes, StringComparison.Ordinal)
        : throw new ArgumentException($"the sample has no '{was}' any more", nameof(was));

    private static JsonElement Read(LocalRun run, string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(run.Media(name + ".json")));
        return document.RootElement.Clone();
    }

    [GeneratedRegex(@"camera\.video->preview\.video \(([\w ]+)\): (\d+) frames.* drops (.*)")]
    private static partial Regex EdgeOfPreview();

    [GeneratedRegex(@"\w+ (\d+)")]
    private static partial Regex Cause();
}
