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
                processes.AddRange(line.StartOperator(PodLine.Source, "--frames", $"{Frames}"), line.StartOperator(PodLine.Sink, "--verify", "--count-file", line.CountFile));
            await Task.Delay(700);
        }
        foreach (var process in processes)
            process.WaitForExit().ShouldBe(0, string.Join('\n', process.Lines));
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
        await ReadyAsync(line, PodLine.Source);
        await FlowsAsync(line);
        sidecar.Signal("TERM");
        sidecar.WaitForExit().ShouldBe(0, string.Join('\n', sidecar.Lines));
        source.WaitForExit().ShouldBe(0, string.Join('\n', source.Lines));
        // A Streaming pod that ends has a successor: its stream stays open, and the record alone says what came.
        Times(sent).ShouldContain((byte)1);
        await Until(() => Task.FromResult(Times(got).AsSpan().SequenceEqual(Times(sent))));
        foreach (var text in sidecar.Lines)
        {
            using var entry = JsonDocument.Parse(text);
            entry.RootElement.GetProperty("pod").GetString().ShouldBe("line-generate-0");
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
        await FlowsAsync(line);
        hanging.Signal("STOP");
        var time = Stopwatch.StartNew();
        ending.Signal("TERM");
        ending.WaitForExit().ShouldBe(0, string.Join('\n', ending.Lines));
        ending.Lines.ShouldContain(text => text.Contains("upstream keeps it", StringComparison.Ordinal));
        time.Elapsed.ShouldBeGreaterThan(TimeSpan.FromSeconds(1.5));
        Number((await line.GetAsync(PodLine.Source, "/metrics")).Text, "k8smediaflow_link_retained_frames").ShouldBeGreaterThan(0);
        hanging.Signal("CONT");
    }

    [Fact]
    public async Task A_sidecar_whose_media_operator_has_died_or_that_has_no_plan_ends_at_once()
    {
        using var line = new PodLine(Execution.Streaming);
        var (planless, other) = (line.StartSidecar(PodLine.Source), line.StartSidecar(PodLine.Sink));
        await line.PushAsync(PodLine.Sink);
        var sink = line.StartOperator(PodLine.Sink);
        await ReadyAsync(line, PodLine.Sink);
        (await line.GetAsync(PodLine.Source, "/readyz")).ShouldBe((503, "no plan yet\n"));
        sink.Signal("KILL");
        sink.WaitForExit();
        foreach (var sidecar in new[] { planless, other })
        {
            sidecar.Signal("TERM");
            sidecar.WaitForExit().ShouldBe(0, string.Join('\n', sidecar.Lines));
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
        await FlowsAsync(line);
        first.Signal("KILL");
        first.WaitForExit();
        first = line.StartSidecar(PodLine.Source);
        await ReadyAsync(line, PodLine.Source);
        second.Signal("KILL");
        second.WaitForExit();
        second = line.StartSidecar(PodLine.Sink);
        foreach (var process in new[] { source, sink, first, second })
            process.WaitForExit(120).ShouldBe(0, string.Join('\n', process.Lines));
        var counts = Counts.OfPort(line.CountFile, "video");
        (counts.Frames, counts.Faults).ShouldBe((3000, 0));
    }

    // How often each sequence passed, and whether out of order.
    private static byte[] Times(string record) => File.ReadAllBytes(Directory.GetFiles(Path.GetDirectoryName(record)!, Path.GetFileName(record) + "-video-*").Single());

    private static Task ReadyAsync(PodLine line, string name) => Until(async () => (await line.GetAsync(name, "/readyz")).Status == 200);

    private static Task FlowsAsync(PodLine line) =>
        Until(async () => Number((await line.GetAsync(PodLine.Source, "/metrics")).Text, "k8smediaflow_edge_frames_total") > 50);

    private static double Number(string metrics, string name) => metrics.Split('\n').Where(text => text.StartsWith(name + "{", StringComparison.Ordinal))
        .Sum(text => double.Parse(text[text.LastIndexOf(' ')..], System.Globalization.CultureInfo.InvariantCulture));

    private static async Task Until(Func<Task<bool>> condition)
    {
        for (var limit = Stopwatch.StartNew(); limit.Elapsed < TimeSpan.FromSeconds(60); await Task.Delay(50))
        {
            try
            {
                if (await condition())
                    return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
        }
        throw new TimeoutException("it did not happen");
    }
}
