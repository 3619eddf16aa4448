using System.Diagnostics;
using System.Text.Json;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.EndToEnd.Tests.Pods;

/// <summary>The containers of a pod start, stop and die in any order.</summary>
[Trait("Category", "Slow")]
public sealed class ContainerOrderTests
{
    private const int Frames = 400;

    [Theory]
    [InlineData("operators sidecars plans")]
    [InlineData("sidecars plans operators")]
    [InlineData("sidecars operators plans")]
    public async Task A_batch_ends_with_all_frames_and_every_container_at_0_whoever_starts_first(string order)
    {
        using var line = new PodLine(Execution.Batch) { Options = { ["exitWhenFinished"] = true } };
        List<PodProcess> processes = [];
        foreach (var step in order.Split(' '))
        {
            if (step == "plans")
                await line.PushAsync();
            else if (step == "sidecars")
                processes.AddRange(line.StartSidecar(PodLine.Sink), line.StartSidecar(PodLine.Source));
            else
                processes.AddRange(line.StartOperator(PodLine.Source, "--frames", $"{Frames}"),
                    line.StartOperator(PodLine.Sink, "--verify", "--count-file", line.CountFile));
            await Task.Delay(700);
        }
        foreach (var process in processes)
            process.AwaitExit().ShouldBe(0, string.Join('\n', process.Lines));
        var counts = Counts.OfPort(line.CountFile, "video");
        (counts.Frames, counts.Faults).ShouldBe((Frames, 0));
    }

    [Fact]
    public async Task A_pod_that_is_ended_drains_and_what_it_had_sent_arrives()
    {
        using var line = new PodLine(Execution.Streaming) { Options = { ["logFormat"] = "json" } };
        var (sidecar, _) = (line.StartSidecar(PodLine.Source), line.StartSidecar(PodLine.Sink));
        await line.PushAsync();
        var (sent, got) = (Path.Combine(line.Folder, "sent"), Path.Combine(line.Folder, "got"));
        var source = line.StartOperator(PodLine.Source, "--record", sent);
        line.StartOperator(PodLine.Sink, "--record", got);
        await line.ReadyAsync(PodLine.Source);
        await line.FlowsAsync();
        sidecar.Signal("TERM");
        sidecar.AwaitExit().ShouldBe(0, string.Join('\n', sidecar.Lines));
        source.AwaitExit().ShouldBe(0, string.Join('\n', source.Lines));
        // A Streaming pod that ends has a successor: its stream stays open, and the record alone says what came.
        PodLine.Recorded(sent).ShouldContain((byte)1);
        await PodLine.Until(() => Task.FromResult(PodLine.Recorded(got).AsSpan().SequenceEqual(PodLine.Recorded(sent))));
        foreach (var text in sidecar.Lines)
        {
            using var entry = JsonDocument.Parse(text);
            entry.RootElement.GetProperty("Category").GetString().ShouldBe("line-generate-0");
        }
    }

    [Fact]
    public async Task A_sidecar_ends_within_its_time_though_a_media_operator_does_not_and_upstream_keeps_what_was_not_done()
    {
        using var line = new PodLine(Execution.Streaming) { Options = { ["drainSeconds"] = 2 } };
        var (_, ending) = (line.StartSidecar(PodLine.Source), line.StartSidecar(PodLine.Sink));
        await line.PushAsync();
        line.StartOperator(PodLine.Source);
        var hanging = line.StartOperator(PodLine.Sink);
        await line.FlowsAsync();
        hanging.Signal("STOP");
        // On a busy machine nothing may be under way at that moment.
        await line.LandedAsync();
        var time = Stopwatch.StartNew();
        ending.Signal("TERM");
        ending.AwaitExit().ShouldBe(0, string.Join('\n', ending.Lines));
        ending.Lines.ShouldContain(text => text.Contains("upstream keeps it", StringComparison.Ordinal));
        time.Elapsed.ShouldBeGreaterThan(TimeSpan.FromSeconds(1.5));
        PodLine.Number((await line.GetAsync(PodLine.Source, "/metrics")).Text, "k8smediaflow_link_retained_frames").ShouldBeGreaterThan(0);
        hanging.Signal("CONT");
    }

    [Fact]
    public async Task A_sidecar_whose_media_operator_has_died_or_that_has_no_plan_ends_at_once()
    {
        using var line = new PodLine(Execution.Streaming);
        var (planless, other) = (line.StartSidecar(PodLine.Source), line.StartSidecar(PodLine.Sink));
        await line.PushAsync(PodLine.Sink);
        var sink = line.StartOperator(PodLine.Sink);
        await line.ReadyAsync(PodLine.Sink);
        (await line.GetAsync(PodLine.Source, "/readyz")).ShouldBe((503, "no plan yet\n"));
        sink.Signal("KILL");
        sink.AwaitExit();
        foreach (var sidecar in new[] { planless, other })
        {
            sidecar.Signal("TERM");
            sidecar.AwaitExit().ShouldBe(0, string.Join('\n', sidecar.Lines));
        }
    }

    [Fact]
    public async Task Killed_containers_come_back_one_by_one_and_the_batch_is_whole()
    {
        using var line = new PodLine(Execution.Batch) { Options = { ["exitWhenFinished"] = true } };
        var (first, second) = (line.StartSidecar(PodLine.Source), line.StartSidecar(PodLine.Sink));
        await line.PushAsync();
        var source = line.StartOperator(PodLine.Source, "--frames", "3000");
        var sink = line.StartOperator(PodLine.Sink, "--verify", "--delay-ms", "1", "--count-file", line.CountFile);
        await line.FlowsAsync();
        first.Signal("KILL");
        first.AwaitExit();
        first = line.StartSidecar(PodLine.Source);
        await line.ReadyAsync(PodLine.Source);
        second.Signal("KILL");
        second.AwaitExit();
        second = line.StartSidecar(PodLine.Sink);
        foreach (var process in new[] { source, sink, first, second })
            process.AwaitExit().ShouldBe(0, string.Join('\n', process.Lines));
        var counts = Counts.OfPort(line.CountFile, "video");
        (counts.Frames, counts.Faults).ShouldBe((3000, 0));
    }
}
