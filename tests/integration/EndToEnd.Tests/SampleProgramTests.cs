using System.Globalization;
using System.Text.RegularExpressions;

namespace K8sMediaFlow.EndToEnd.Tests;

/// <summary>The programs of <c>samples/</c> are media operators as the guide describes them: here they make up a pipeline.</summary>
public sealed partial class SampleProgramTests
{
    [Fact]
    [Trait("Category", "Slow")]
    public void A_source_a_filter_and_a_sink_written_with_the_SDK_carry_every_frame_and_end_well()
    {
        using var run = new LocalRun();
        var said = run.Media("sink.txt");
        run.Start(Document(said));
        run.WaitFor(() => run.Flows, "the flow");
        LocalRun.Signal("TERM", run.Processes("K8sMediaFlow.Source.dll").ShouldHaveSingleItem());
        run.AwaitExit().ShouldBe(0, run.Log);

        var counted = Counted().Match(File.ReadAllText(said));
        counted.Success.ShouldBeTrue(File.ReadAllText(said));
        var frames = counted.Groups[1].Value;
        run.Log.ShouldContain($"source.video->filter.video (Local): {frames} frames");
        run.Log.ShouldContain($"filter.video->sink.video (Local): {frames} frames");
        // The source draws grey (128) and a line; the filter says so of what it got, and the sink of what the filter said.
        double.Parse(counted.Groups[2].Value, CultureInfo.InvariantCulture).ShouldBeInRange(0.5, 0.6);
        run.Leftovers().ShouldBeEmpty();
    }

    private static string Document(string said) => $$$"""
        apiVersion: k8smediaflow.io/v1alpha1
        kind: MediaPipeline
        metadata: {name: samples}
        spec:
          execution: Batch
          operators:
            - name: source
              image: samples/source
              command: {{{Command("Source")}}}
              outputs: [{name: video, caps: {video: {width: 320, height: 180, format: yuv420p, frameRate: "25"} } }]
            - {name: filter, image: samples/filter, command: {{{Command("Filter")}}}, inputs: [{name: video}], outputs: [{name: video}]}
            - {name: sink, image: samples/sink, command: {{{Command("Sink", ">" + said)}}}, inputs: [{name: video}]}
          edges:
            - {from: source.video, to: filter.video}
            - {from: filter.video, to: sink.video}
          groups: [{name: one, mode: SamePod, operators: [source, filter, sink]}]
        """;

    /// <summary>Built with these tests, in the same configuration and for the same framework.</summary>
    private static string Command(string sample, string redirection = "")
    {
        var built = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(Programs.Root, "samples", sample, "bin", built.Parent!.Name, built.Name, $"K8sMediaFlow.{sample}.dll");
        return $"[/bin/sh, -c, \"exec dotnet {program} {redirection}\"]";
    }

    [GeneratedRegex(@"^([1-9]\d*) frames, \d+ bytes, brightness up to (0\.\d+)$", RegexOptions.Multiline)]
    private static partial Regex Counted();
}
