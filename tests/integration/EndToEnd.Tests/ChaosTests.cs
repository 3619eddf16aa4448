using System.Globalization;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.EndToEnd.Tests;

/// <summary>
/// Sidecars, and in a Streaming run media operators, die at random moments, several times in a run, alone and together: it ends well all
/// the same, with every frame once and in order. <c>CHAOS_ROUNDS</c> says how many rounds of each kind; <c>SEED</c> repeats a round's
/// choices (not its timing).
/// </summary>
[Trait("Category", "Slow")]
public class ChaosTests
{
    // A sidecar that dies for the sixth time within half a minute each is given up, rightly: fewer deaths than that.
    private const int DeathsMax = 4;

    private static int Rounds => int.Parse(Environment.GetEnvironmentVariable("CHAOS_ROUNDS") ?? "1", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(false, false)]
    public void Every_generated_frame_arrives_once_and_in_order_whatever_sidecars_die(bool samePod, bool realtime) =>
        Repeat($"generate to sink, {(samePod ? "one pod" : "two pods")}, {Pace(realtime)}", random =>
        {
            using var run = new LocalRun();
            var frames = realtime ? 100 : 8000;
            run.Start(Documents.GenerateToSink("Batch", frames, samePod, realtime ? ", --realtime" : ""), "--stall-seconds", "20");
            var story = Kill(run, random, samePod ? ["counted-one-0"] : ["counted-source-0", "counted-sink-0"]);
            run.AwaitExit().ShouldBe(0, story + run.Log);
            Counts.OfSink(run).ShouldBe(new Counts(frames, 0, 0, 0), story + run.Log);
            run.Leftovers().ShouldBeEmpty(story);
        });

    [NeedsTheory("ffmpeg", "ffprobe")]
    [InlineData(true)]
    [InlineData(false)]
    public void The_highlights_have_every_frame_once_and_in_order_whatever_sidecars_die(bool realtime) =>
        Repeat($"highlights, {Pace(realtime)}", random =>
        {
            using var run = new LocalRun();
            var frames = realtime ? 75 : 500;
            Clips.H264WithSound(run.Folder, frames);
            run.Start(Documents.Highlights(realtime: realtime), "--stall-seconds", "20");
            var story = Kill(run, random, ["highlights-decode-0", "highlights-studio-0"]);
            run.AwaitExit().ShouldBe(0, story + run.Log);
            Counts.OfPort(run.Media("highlights.json"), "video").ShouldBe(new Counts(frames, 0, 0, 0), story + run.Log);
            Counts.OfPort(run.Media("highlights.json"), "audio").Faults.ShouldBe(0, story + run.Log);
            Clips.CountFrames(run.Media("highlights.mp4")).ShouldBe(frames, story + run.Log);
            run.Leftovers().ShouldBeEmpty(story);
        });

    [NeedsFact("ffmpeg", "ffprobe")]
    public void The_highlights_have_every_frame_once_and_in_order_whatever_analysers_overlays_and_sidecars_die_in_a_streaming_run() =>
        Repeat("highlights, streaming", random =>
        {
            using var run = new LocalRun();
            const int frames = 150;
            Clips.H264WithSound(run.Folder, frames);
            run.Start(Documents.Highlights("Streaming", realtime: true), "--stall-seconds", "30");
            var story = Kill(run, random, ["analyse", "overlay", "highlights-decode-0", "highlights-studio-0"]);
            run.AwaitExit().ShouldBe(0, story + run.Log);
            Counts.OfPort(run.Media("highlights.json"), "video").ShouldBe(new Counts(frames, 0, 0, 0), story + run.Log);
            Clips.CountFrames(run.Media("highlights.mp4")).ShouldBe(frames, story + run.Log);
            run.Leftovers().ShouldBeEmpty(story);
        });

    private static void Repeat(string name, Action<Random> round)
    {
        var seed = Seed.Take(name);
        for (var number = 0; number < Rounds; number++)
        {
            try
            {
                round(new Random(seed + number));
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                throw new InvalidOperationException($"{name}: round with SEED={seed + number} failed: {failure.Message}", failure);
            }
        }
    }

    // From the first frame on, or while all still starts; what was done, as a sentence for the report.
    private static string Kill(LocalRun run, Random random, string[] victims)
    {
        if (random.Next(3) > 0)
            run.WaitFor(() => run.HasExited || run.Flows, "the flow");
        var story = new List<string>();
        var deaths = random.Next(1, DeathsMax + 1);
        for (var death = 0; death < deaths && !run.HasExited; death++)
        {
            Thread.Sleep(random.Next(1200));
            var chosen = random.Next(3) == 0 ? victims : [victims[random.Next(victims.Length)]];
            foreach (var victim in chosen)
                story.Add(IsKilled(run, random, victim) ? $"{DateTime.UtcNow:HH:mm:ss.fff} killed {victim}" : $"{victim} was not there");
        }
        return string.Join("; ", story) + "\n";
    }

    // A pod's name stands for its sidecar, a verb for one of the media operators that run it.
    private static bool IsKilled(LocalRun run, Random random, string victim)
    {
        if (victim.EndsWith("-0", StringComparison.Ordinal))
            return run.KillSidecar(victim);
        var bearers = run.Processes("media-operator " + victim);
        if (bearers.Count > 0)
            LocalRun.Kill(bearers[random.Next(bearers.Count)]);
        return bearers.Count > 0;
    }

    private static string Pace(bool realtime) => realtime ? "at its own pace" : "as fast as it goes";
}
