using System.Globalization;
using System.Text.RegularExpressions;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.EndToEnd.Tests;

/// <summary>The programs of <c>samples/</c> are media operators as the guide describes them: here they make up a pipeline.</summary>
public sealed partial class SampleProgramTests
{
    [Fact]
    [Trait("Category", "Slow")]
    public void A_source_a_filter_and_a_sink_written_with_the_SDK_carry_every_frame_and_end_well() => FlowAndEnd("", static _ => true);

    /// <summary>
    /// As in a container whose command it is: to the first process of a process namespace the kernel passes no signal that has no handler
    /// there.
    /// </summary>
    [NeedsFact("root", "unshare")]
    [Trait("Category", "Slow")]
    [Trait("Category", "Root")]
    public void A_source_that_is_the_first_process_of_its_container_ends_well_too() =>
        FlowAndEnd("unshare --pid --fork --mount-proc --kill-child", IsFirstOfItsNamespace);

    private static void FlowAndEnd(string runner, Func<int, bool> isAsked)
    {
        using var run = new LocalRun();
        var said = run.Media("sink.txt");
        run.Start(Document(said, runner));
        run.WaitFor(() => run.Flows, "the flow");
        LocalRun.Signal("TERM", run.Processes("K8sMediaFlow.Source.dll").Where(isAsked).ShouldHaveSingleItem());
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

    // One number for each namespace that it is seen from, its own the last.
    private static bool IsFirstOfItsNamespace(int pid) =>
        File.ReadLines($"/proc/{pid}/status").Single(line => line.StartsWith("NSpid:", StringComparison.Ordinal)).Split('\t')
            is [_, _, .., "1"];

    private static string Document(string said, string runner) => $$$"""
        apiVersion: k8smediaflow.io/v1alpha1
        kind: MediaPipeline
        metadata: {name: samples}
        spec:
          execution: Batch
          operators:
            - name: source
              image: samples/source
              command: {{{Command("Source", runner: runner)}}}
              outputs: [{name: video, caps: {video: {width: 320, height: 180, format: yuv420p, frameRate: "25"} } }]
            - {name: filter, image: samples/filter, command: {{{Command("Filter")}}}, inputs: [{name: video}], outputs: [{name: video}]}
            - {name: sink, image: samples/sink, command: {{{Command("Sink", ">" + said)}}}, inputs: [{name: video}]}
          edges:
            - {from: source.video, to: filter.video}
            - {from: filter.video, to: sink.video}
          groups: [{name: one, mode: SamePod, operators: [source, filter, sink]}]
        """;

    /// <summary>Built with these tests, in the same configuration and for the same framework.</summary>
    private static string Command(string sample, string redirection = "", string runner = "")
    {
        var built = new DirectoryInfo(AppContext.BaseDirectory);
        var program = Path.Combine(Programs.Root, "samples", sample, "bin", built.Parent!.Name, built.Name, $"K8sMediaFlow.{sample}.dll");
        return $"[/bin/sh, -c, \"exec {runner} dotnet {program} {redirection}\"]";
    }

    [GeneratedRegex(@"^([1-9]\d*) frames, \d+ bytes, brightness up to (0\.\d+)$", RegexOptions.Multiline)]
    private static partial Regex Counted();
}
