using System.Globalization;

namespace K8sMediaFlow.Links.Simulation.Tests;

/// <summary>
/// SEED=n begins with history n, SIMULATION_SEEDS=n runs so many. The default is the same 2,200 histories in every run: a failure is always
/// a change of the code. <c>make soak</c> runs others each time.
/// </summary>
public sealed class HistoryTests
{
    private const int SeedsUsual = 2_200, HitsLeast = 10, FailuresShown = 5, FaultsLeast = 3;

    private static readonly int s_count = Number("SIMULATION_SEEDS", SeedsUsual);

    /// <summary>The first history's seed.</summary>
    public static int First { get; } = Number("SEED", 1);

    [Fact]
    public void Without_faults_every_frame_arrives_or_is_explained_by_a_drop_that_was_counted() => Histories.Apart(static () =>
    {
        var gaps = 0L;
        for (var seed = 1; seed <= 30; seed++)
            gaps += Histories.Run(seed, hasFaults: false).Judges.Sum(static judge => judge.Gaps);
        gaps.ShouldBeGreaterThan(0, "no policy had anything to drop");
    });

    [Fact]
    public void Whatever_breaks_every_promise_is_kept() => Histories.Apart(static () =>
    {
        var (coverage, failures, steps, accounted, quiet, began) = (new Coverage(), new List<string>(), 0L, 0, 0, ProcessorSeconds);
        for (var index = 0; index < s_count && failures.Count < FailuresShown; index++)
        {
            try
            {
                var world = Histories.Run(unchecked(First + index));
                coverage.Add(world.Coverage);
                steps += world.Scheduler.Count;
                accounted += world.IsAccounted ? 1 : 0;
                quiet += world.Coverage.Total < FaultsLeast ? 1 : 0;
            }
            catch (HistoryException failure)
            {
                failures.Add(failure.Message);
            }
        }
        Console.WriteLine($"simulation: SEED={First}, {s_count} histories, {steps} steps, {coverage.Total} faults, each of "
            + $"{Coverage.Combinations} combinations {coverage.Least} times or more, {accounted} without a death, {quiet} with fewer than "
            + $"{FaultsLeast} faults, {ProcessorSeconds - began:0.0} s of processor time");
        failures.ShouldBeEmpty();
        if (s_count < SeedsUsual)
            return;
        quiet.ShouldBeLessThanOrEqualTo(s_count / 100, "a step that a fault waits for is not reached");
        accounted.ShouldBeGreaterThan(0, "drops were compared with gaps in no history with faults");
        coverage.Below(HitsLeast).ShouldBeEmpty("a fault that is not met proves nothing");
    });

    /// <summary>
    /// 102131: a heartbeat was due less than a clock's tick after a turn of the loop, which then gave turns and let no time pass.
    /// 107387: a new life of a sink began behind a frame that a cut link held up, and let go of it in silence when it came.
    /// 107492: a write was held up by a stall that began when the hold was over, and nothing ended it.
    /// </summary>
    [Theory]
    [InlineData(102_131)]
    [InlineData(107_387)]
    [InlineData(107_492)]
    public void Histories_in_which_a_fault_was_found_come_to_their_end(int seed) => Histories.Apart(() => Histories.Run(seed));

    [Fact]
    public void One_seed_is_one_history() => Histories.Apart(static () =>
    {
        for (var index = 0; index < 10; index++)
        {
            var (one, again) = (Histories.Run(unchecked(First + index)), Histories.Run(unchecked(First + index)));
            again.Scheduler.Trace.ShouldBe(one.Scheduler.Trace);
            again.Scheduler.Now.ShouldBe(one.Scheduler.Now);
            again.Scheduler.Count.ShouldBe(one.Scheduler.Count);
        }
    });

    private static double ProcessorSeconds => Environment.CpuUsage.TotalTime.TotalSeconds;

    private static int Number(string variable, int otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
