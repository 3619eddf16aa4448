using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.EndToEnd.Tests.Pods;

/// <summary>
/// A pod ends in order, whatever its kubelet sends first. What a kubelet sends is what its documentation says of the two ways to run a
/// sidecar.
/// </summary>
[Trait("Category", "Slow")]
public sealed class PodEndTests
{
    [Theory]
    [InlineData("plain")]
    [InlineData("native")]
    public async Task Pods_that_are_ended_in_the_middle_of_a_batch_bring_what_was_sent_and_all_of_their_containers_end_with_0(
        string sidecars)
    {
        using var line = new PodLine(Execution.Batch);
        var (first, second) = (line.StartSidecar(PodLine.Source), line.StartSidecar(PodLine.Sink));
        await line.PushAsync();
        var sent = Path.Combine(line.Folder, "sent");
        var source = line.StartOperator(PodLine.Source, "--record", sent);
        var sink = line.StartOperator(PodLine.Sink, "--verify", "--count-file", line.CountFile);
        await line.FlowsAsync();
        End(line, sidecars, PodLine.Source, source, first);
        End(line, sidecars, PodLine.Sink, sink, second);
        foreach (var process in new[] { source, sink })
            process.AwaitExit().ShouldBe(0, string.Join('\n', process.Lines));
        foreach (var sidecar in new[] { first, second })
        {
            if (sidecars == "native" && !sidecar.HasExited)
                sidecar.Signal("TERM");
            sidecar.AwaitExit().ShouldBe(0, string.Join('\n', sidecar.Lines));
        }
        var counts = Counts.OfPort(line.CountFile, "video");
        (counts.Frames, counts.Faults).ShouldBe((PodLine.Recorded(sent).Count(times => times > 0), 0));
    }

    [Fact]
    public async Task A_source_that_is_asked_to_end_alone_ends_its_stream_and_a_sink_goes_on_to_that_end()
    {
        using var line = new PodLine(Execution.Batch);
        _ = (line.StartSidecar(PodLine.Source), line.StartSidecar(PodLine.Sink));
        await line.PushAsync();
        var sent = Path.Combine(line.Folder, "sent");
        var source = line.StartOperator(PodLine.Source, "--record", sent);
        var sink = line.StartOperator(PodLine.Sink, "--verify", "--count-file", line.CountFile);
        await line.FlowsAsync();
        sink.Signal("TERM");
        source.Signal("TERM");
        foreach (var process in new[] { source, sink })
            process.AwaitExit().ShouldBe(0, string.Join('\n', process.Lines));
        var counts = Counts.OfPort(line.CountFile, "video");
        (counts.Frames, counts.Faults).ShouldBe((PodLine.Recorded(sent).Count(times => times > 0), 0));
    }

    [NeedsFact("ffmpeg", "ffprobe")]
    public async Task An_encoder_whose_input_goes_on_finishes_its_file_long_before_its_time_is_over()
    {
        // Longer than anything here is waited for: it ends because nothing more comes, not because its time is over.
        using var line = new PodLine(Execution.Streaming) { Options = { ["drainSeconds"] = 600 } };
        var (_, ending) = (line.StartSidecar(PodLine.Source), line.StartSidecar(PodLine.Sink));
        await line.PushAsync();
        line.StartOperator(PodLine.Source, "--realtime");
        var file = Path.Combine(line.Folder, "taken.mp4");
        var encode = line.StartVerb(PodLine.Sink, "encode", "--output", file);
        await line.FlowsAsync();
        encode.Signal("TERM");
        // Longer than the two seconds after which a command line's library would end the process.
        await Task.Delay(TimeSpan.FromSeconds(3));
        encode.HasExited.ShouldBeFalse(string.Join('\n', encode.Lines));
        ending.Signal("TERM");
        encode.AwaitExit().ShouldBe(0, string.Join('\n', encode.Lines));
        ending.AwaitExit().ShouldBe(0, string.Join('\n', ending.Lines));
        Clips.CountFrames(file).ShouldBeGreaterThan(50);
    }

    [Fact]
    public async Task A_bridged_program_whose_input_goes_on_ends_with_what_it_holds_and_leaves_no_gap()
    {
        using var line = new PodLine(Execution.Streaming, hasFilter: true) { Options = { ["drainSeconds"] = 600 } };
        _ = (line.StartSidecar(PodLine.Source), line.StartSidecar(PodLine.Sink));
        var ending = line.StartSidecar(PodLine.Filter);
        await line.PushAsync();
        var seen = Path.Combine(line.Folder, "seen");
        line.StartOperator(PodLine.Source, "--realtime");
        line.StartOperator(PodLine.Sink, "--verify", "--record", seen);
        var bridge = line.StartVerb(PodLine.Filter, "exec", "--", "cat");
        await line.FlowsAsync();
        bridge.Signal("TERM");
        ending.Signal("TERM");
        bridge.AwaitExit().ShouldBe(1, string.Join('\n', bridge.Lines));
        bridge.Lines.ShouldContain(text => text.Contains("the time to end was over", StringComparison.Ordinal));
        ending.AwaitExit().ShouldBe(0, string.Join('\n', ending.Lines));
        // What came out was brought away before the sidecar ended, and what did not come out is the successor's: nothing was given up.
        var (record, gaps) = (PodLine.Recorded(seen).AsSpan().Trim((byte)0).ToArray(),
            PodLine.Number((await line.GetAsync(PodLine.Sink, "/metrics")).Text, "k8smediaflow_edge_gaps_total"));
        (record.Length > 50, record.All(times => times == 1), gaps).ShouldBe((true, true, 0d));
    }

    [Fact]
    public void An_operator_that_is_asked_to_end_before_it_has_attached_ends_and_says_so()
    {
        using var line = new PodLine(Execution.Batch);
        var source = line.StartOperator(PodLine.Source);
        // It has its handler before it looks for the sidecar, but not in the first milliseconds of its process.
        Thread.Sleep(2000);
        source.Signal("TERM");
        source.AwaitExit().ShouldBe(1, string.Join('\n', source.Lines));
        source.Lines.ShouldContain(text => text.Contains("SIGTERM", StringComparison.Ordinal));
    }

    [Fact]
    public void A_hook_that_finds_no_sidecar_says_so()
    {
        using var line = new PodLine(Execution.Batch);
        line.WriteOptions(PodLine.Source);
        var hook = line.RunHook(PodLine.Source);
        hook.AwaitExit().ShouldBe(1);
        hook.Lines.ShouldContain(text => text.StartsWith("no drain: ", StringComparison.Ordinal));
    }

    /// <summary>
    /// Plain containers get SIGTERM all at once; a native sidecar's hook runs then, and its SIGTERM comes when the others have ended.
    /// </summary>
    private static void End(PodLine line, string sidecars, string name, PodProcess media, PodProcess sidecar)
    {
        if (sidecars == "plain")
            sidecar.Signal("TERM");
        media.Signal("TERM");
        if (sidecars == "native")
            line.RunHook(name).AwaitExit().ShouldBe(0);
    }
}
