using System.Text.Json;

namespace K8sMediaFlow.EndToEnd.Tests;

/// <summary>What the watching commands show of a run that lives, and that the run does not notice them.</summary>
[Trait("Category", "Slow")]
public class WatchTests
{
    private const string Edge = "source.video->sink.video";

    private static readonly byte[] _png = [0x89, (byte)'P', (byte)'N', (byte)'G'];

    [Fact]
    public void Inspect_tap_and_top_show_a_living_run_and_lose_it_no_frame()
    {
        using var run = new LocalRun();
        run.Start(Documents.GenerateToSink("Batch", 300, samePod: true, ", --realtime"));
        run.WaitFor(() => run.Flows, "the flow");

        Inspect(run);
        Tap(run);
        TapPicture(run);
        Watch(run, "top", "--seconds", "2").ShouldContain(Edge);

        run.AwaitExit().ShouldBe(0, run.Log);
        Counts.OfSink(run).ShouldBe(new Counts(300, 0, 0, 0));
        run.Leftovers().ShouldBeEmpty();
    }

    [Fact]
    public void Without_a_living_run_the_watching_commands_say_so()
    {
        using var run = new LocalRun();
        foreach (var arguments in new string[][] { ["inspect"], ["top"], ["tap", Edge] })
        {
            var (code, _, errors) = run.Cli(arguments);
            code.ShouldBe(1, errors);
            errors.ShouldContain("no run lives here");
        }
    }

    private static void Inspect(LocalRun run)
    {
        using var document = JsonDocument.Parse(Watch(run, "inspect", "--output", "json"));
        var pod = document.RootElement.EnumerateArray().ShouldHaveSingleItem();
        pod.GetProperty("regions").EnumerateArray().Select(region => region.GetProperty("owner").GetString()).ShouldContain("source-0");
        var channel = pod.GetProperty("channels").EnumerateArray().ShouldHaveSingleItem();
        channel.GetProperty("edge").GetString().ShouldBe(Edge);
        channel.GetProperty("frames").GetInt64().ShouldBeGreaterThan(0);
    }

    private static void Tap(LocalRun run)
    {
        var lines = Watch(run, "tap", Edge, "--output", "json", "--count", "3").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var sequences = lines.Select(line => JsonDocument.Parse(line).RootElement.GetProperty("sequence").GetUInt64()).ToList();
        sequences.Count.ShouldBe(3);
        sequences.ShouldBe(sequences.Distinct().Order());
    }

    private static void TapPicture(LocalRun run)
    {
        var folder = Directory.CreateDirectory(Path.Combine(run.Folder, "pictures")).FullName;
        Watch(run, "tap", Edge, "--output", "png", "--folder", folder);
        File.ReadAllBytes(Directory.GetFiles(folder).ShouldHaveSingleItem()).AsSpan(0, _png.Length).ToArray().ShouldBe(_png);
    }

    private static string Watch(LocalRun run, params string[] arguments)
    {
        var (code, output, errors) = run.Cli(arguments);
        code.ShouldBe(0, errors);
        return output;
    }
}
