using System.Globalization;
using System.Text.Json;

namespace K8sMediaFlow.Bench.Handover;

/// <summary>
/// Frames handed to and fro between two processes of one pod, through real regions, channels and doorbells, beside three floors in the same
/// run: a bare word, a bare futex, and iceoryx polling. Writes handover.json; every figure is one way, half a round trip.
/// </summary>
internal static class HandoverBench
{
    private const int Pairs = 11, WarmUps = 4;
    private const int SpinRounds = 100_000, SleepRounds = 1_000;
    private const double DesignIceoryxNanoseconds = 737;
    private const string Iceoryx = "iceoryx";

    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true };

    // What is compared is adjacent in this list: a virtual machine's processors may move apart or together at any time, and all figures
    // with them.
    private static readonly string[] s_scenarios = [Iceoryx, "spin-small", "spin-large", "spin-word", "sleep-large", "sleep-small",
        "sleep-futex"];

    public static int Run(string[] words)
    {
        if (Environment.ProcessorCount < 2)
        {
            Console.Error.WriteLine("bench handover: needs two processors, one for each end");
            return 1;
        }
        var output = words is ["--out", var folder] ? folder : "bench/results";
        using var iceoryx = IceoryxPeer.TryStart();
        using var ends = new HandoverEnds();
        var report = JsonSerializer.Serialize(Report(Measure(ends, iceoryx), iceoryx), s_indented);
        Directory.CreateDirectory(output);
        File.WriteAllText(Path.Combine(output, "handover.json"), report + "\n");
        Console.WriteLine(report);
        return 0;
    }

    private static Dictionary<string, List<HandoverTimes>> Measure(HandoverEnds ends, IceoryxPeer? iceoryx)
    {
        HandoverTimes Run(string scenario) => scenario == Iceoryx ? iceoryx!.Run(SpinRounds) : ends.Run(scenario, Rounds(scenario));

        var scenarios = s_scenarios.Where(scenario => scenario != Iceoryx || iceoryx is not null).ToArray();
        var samples = s_scenarios.ToDictionary(name => name, _ => new List<HandoverTimes>());
        // The runtime compiles hot code anew after a while; until then figures are twice what they are later.
        for (var warmUp = 0; warmUp < WarmUps; warmUp++)
        {
            foreach (var scenario in scenarios.Where(scenario => scenario != Iceoryx))
                Run(scenario);
        }
        for (var pair = 0; pair < Pairs; pair++)
        {
            // Who goes first alternates, so that a machine that warms up or slows down favours neither.
            foreach (var scenario in pair % 2 == 0 ? scenarios : scenarios.Reverse())
                samples[scenario].Add(Run(scenario));
            Console.Error.WriteLine($"pair {pair + 1}: "
                + string.Join(", ", scenarios.Select(scenario => $"{scenario} {samples[scenario][^1].P50Nanoseconds:F0}")));
        }
        return samples;
    }

    private static SortedDictionary<string, object?> Report(Dictionary<string, List<HandoverTimes>> samples, IceoryxPeer? iceoryx)
    {
        var polling = iceoryx is null ? [.. Enumerable.Repeat(new HandoverTimes(DesignIceoryxNanoseconds, 0), Pairs)] : samples[Iceoryx];
        return new(StringComparer.Ordinal)
        {
            ["spinning_64"] = Figures(samples["spin-small"]),
            ["spinning_24883200"] = Figures(samples["spin-large"]),
            ["spinning_bare_word"] = Figures(samples["spin-word"]),
            ["spinning_iceoryx_64"] = iceoryx is null ? null : Figures(polling),
            ["spinning_iceoryx_from"] = iceoryx is null
                ? "the figure in the design: iceoryx, its headers or g++ are not installed"
                : "this run",
            ["sleeping_64"] = Figures(samples["sleep-small"]),
            ["sleeping_24883200"] = Figures(samples["sleep-large"]),
            ["sleeping_bare_futex"] = Figures(samples["sleep-futex"]),
            ["ratio_iceoryx"] = Ratio(samples["spin-small"], polling),
            ["ratio_bare_word"] = Ratio(samples["spin-small"], samples["spin-word"]),
            ["ratio_bare_futex"] = Ratio(samples["sleep-small"], samples["sleep-futex"]),
            ["ratio_large_spinning"] = Ratio(samples["spin-large"], samples["spin-small"]),
            ["ratio_large_sleeping"] = Ratio(samples["sleep-large"], samples["sleep-small"]),
            ["pairs"] = Pairs,
            ["processors"] = Environment.ProcessorCount,
        };
    }

    private static int Rounds(string scenario) => scenario.StartsWith("spin", StringComparison.Ordinal) ? SpinRounds : SleepRounds;

    private static object Figures(List<HandoverTimes> samples) => new
    {
        p50_ns = Median(samples.Select(sample => sample.P50Nanoseconds)),
        p50_ns_spread = Spread(samples.Select(sample => sample.P50Nanoseconds)),
        p99_ns = Median(samples.Select(sample => sample.P99Nanoseconds)),
        p99_ns_spread = Spread(samples.Select(sample => sample.P99Nanoseconds)),
    };

    private static object Ratio(List<HandoverTimes> ours, List<HandoverTimes> theirs)
    {
        var ratios = ours.Zip(theirs, (a, b) => a.P50Nanoseconds / b.P50Nanoseconds).ToArray();
        return new { median = Median(ratios), spread = Spread(ratios) };
    }

    private static double Median(IEnumerable<double> values) => values.Order().ElementAt(values.Count() / 2);

    private static double[] Spread(IEnumerable<double> values) => [values.Min(), values.Max()];
}

/// <summary>One way, in nanoseconds.</summary>
internal readonly record struct HandoverTimes(double P50Nanoseconds, double P99Nanoseconds)
{
    public static HandoverTimes Parse(string line)
    {
        var words = line.Split(' ');
        return new(double.Parse(words[0], CultureInfo.InvariantCulture), double.Parse(words[1], CultureInfo.InvariantCulture));
    }

    public static HandoverTimes FromRoundTrips(Span<long> nanoseconds)
    {
        nanoseconds.Sort();
        return new(nanoseconds[nanoseconds.Length / 2] / 2.0, nanoseconds[(int)(nanoseconds.Length * 0.99)] / 2.0);
    }

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{P50Nanoseconds:F1} {P99Nanoseconds:F1}");
}
