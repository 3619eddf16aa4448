namespace K8sMediaFlow.EndToEnd.Tests;

/// <summary>
/// Documents with a mistake, through the real Cli: refused with the place of the mistake, by <c>validate</c> and <c>run</c> alike, and
/// nothing is started.
/// </summary>
[Trait("Category", "Slow")]
public class BadDocumentTests
{
    private static readonly string _good = Documents.GenerateToSink("Batch", 10, samePod: true);

    public static TheoryData<string, string, string, string> Mistakes => new()
    {
        { "malformed YAML", "metadata: {name: counted}", "metadata: {name: counted", "pipeline.yaml:" },
        { "an unknown field", "execution: Batch", "executoin: Batch", "executoin" },
        { "a dangling edge", "to: sink.video", "to: drain.video", "drain" },
        { "caps that do not fit", "inputs: [{name: video}]",
            "inputs: [{name: video, caps: {video: {width: 640, height: 360, format: yuv420p, frameRate: \"25\"} } }]", "640x360" },
        { "a feature that has to wait", "to: sink.video}", "to: sink.video, retain: {maxFrames: 10}}", "Unsupported" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_document_with_a_mistake_is_refused_with_its_place_and_nothing_starts(string mistake, string good, string bad,
        string named)
    {
        _good.ShouldContain(good);
        Refused(_good.Replace(good, bad, StringComparison.Ordinal), named, mistake);
    }

    [Fact]
    public void A_cycle_is_refused_with_its_operators()
    {
        var cycle = _good
            .Replace("args: [sink, --verify, --count-file, /media/count.json]", "args: [overlay, --text, x]", StringComparison.Ordinal)
            .Replace("inputs: [{name: video}]", "inputs: [{name: video}]\n      outputs: [{name: more}]", StringComparison.Ordinal)
            .Replace("args: [generate, --frames, \"10\"]", "args: [overlay, --text, x]\n      inputs: [{name: more}]",
                StringComparison.Ordinal)
            .Replace("- {from: source.video, to: sink.video}",
                "- {from: source.video, to: sink.video}\n    - {from: sink.more, to: source.more}", StringComparison.Ordinal);
        Refused(cycle, "cycle", "a cycle");
    }

    [Fact]
    public void RDMA_on_a_machine_without_a_device_ends_the_run_at_once_with_the_reason()
    {
        using var run = new LocalRun();
        run.Start(Documents.GenerateToSink("Batch", 10, samePod: false)
            .Replace("  execution: Batch", "  execution: Batch\n  transport: RDMA", StringComparison.Ordinal)).AwaitExit()
            .ShouldBe(1, run.Log);
        run.Log.ShouldContain("has to use RDMA and cannot (");
        run.Leftovers().ShouldBeEmpty();
    }

    private static void Refused(string document, string named, string mistake)
    {
        using var run = new LocalRun();
        var file = run.Write(document);
        foreach (var command in new[] { "validate", "run" })
        {
            var (code, _, errors) = run.Cli(command == "run" ? [command, file, "--set", $"media={run.Folder}"] : [command, file]);
            code.ShouldBeInRange(1, 2, $"{command} of {mistake}: {errors}");
            errors.ShouldContain(named, Case.Insensitive, $"{command} of {mistake}");
            errors.ShouldMatch(@"pipeline\.yaml:\d+", $"{command} of {mistake}");
        }
        Directory.EnumerateFileSystemEntries(Path.Combine(run.Folder, "rt")).ShouldBeEmpty();
        run.Leftovers().ShouldBeEmpty();
    }
}
