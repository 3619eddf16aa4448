using System.Globalization;

namespace K8sMediaFlow.Links.Simulation.Tests;

/// <summary>
/// SEED=n begins with history n, SIMULATION_SEEDS=n runs so many. The default is the same 2,200 histories in every run: a failure is always
/// a change of the code. <c>make soak</c> runs others each time.
/// </summary>
public sealed class HistoryTests
{
    private const int SeedsUsual = 2_200, HitsLeast = 10, FailuresShown = 5;

    private static readonly int s_count = Number("SIMULATION_SEEDS", SeedsUsual);

    /// <summary>The first history's seed.</summary>
    public static int First { get; } = Number("SEED", 1);

    [Fact]
    public void Without_faults_every_frame_arrives() => Histories.Apart(static () =>
    {
        for (var seed = 1; seed <= 30; seed++)
            Histories.Run(seed, hasFaults: false);
    });

    [Fact]
    public void Whatever_breaks_every_promise_is_kept() => Histories.Apart(static () =>
    {
        var (coverage, failures, steps, began) = (new Coverage(), new List<string>(), 0L, ProcessorSeconds);
        for (var index = 0; index < s_count && failures.Count < FailuresShown; index++)
        {
            try
            {
                var world = Histories.Run(unchecked(First + index));
                coverage.Add(world.Coverage);
                steps += world.Scheduler.Count;
            }
            catch (HistoryException failure)
            {
                failures.Add(failure.Message);
            }
        }
        Console.WriteLine($"simulation: SEED={First}, {s_count} histories, {steps} steps, {coverage.Total} faults, each of "
            + $"{Coverage.Combinations} combinations {coverage.Least} times or more, {ProcessorSeconds - began:0.0} s of processor time");
        failures.ShouldBeEmpty();
        if (s_count >= SeedsUsual)
            coverage.Below(HitsLeast).ShouldBeEmpty("a fault that is not met proves nothing");
    });

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
