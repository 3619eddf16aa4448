using System.Globalization;
using K8sMediaFlow.Bench.Pipeline;

namespace K8sMediaFlow.Bench.Startup;

/// <summary>
/// How long each program takes to its first line, and the sample pipeline to its first frame, as native programs and as <c>make run</c>
/// builds them, in turn. Writes startup.json.
/// </summary>
internal static class StartupBench
{
    private const int TurnsDefault = 7, RunsMax = 3;

    private static readonly string[] Kinds = ["native", "run"];

    public static async Task<int> RunAsync(string[] words)
    {
        var missing = Kinds.Select(kind => Program(kind, "k8smediaflow")).Where(program => !File.Exists(program)).ToArray();
        if (missing.Length > 0)
        {
            Console.Error.WriteLine($"bench startup: {missing[0]} is missing: make bench ONLY=startup publishes it");
            return 1;
        }
        var turns = words is [.., "--turns", var given] ? int.Parse(given, CultureInfo.InvariantCulture) : TurnsDefault;
        var report = new SortedDictionary<string, object?>(StringComparer.Ordinal) { ["turns"] = turns };
        await MeasureProgramsAsync(report, turns);
        await MeasureRunsAsync(report, Math.Min(turns, RunsMax));
        foreach (var (image, layers, compressed) in ImageSizes.Built())
            report[$"image_{image}_mb"] = new[] { Math.Round(layers, 1), Math.Round(compressed, 1) };
        Statistics.Write(words is ["--out", var folder, ..] ? ["--out", folder] : [], "startup.json", report);
        return 0;
    }

    private static async Task MeasureProgramsAsync(SortedDictionary<string, object?> report, int turns)
    {
        using var sidecar = new SidecarStart();
        var sample = Path.Combine(Checkout.Root, "config", "samples", "highlights.yaml");
        var starts = new (string Name, Func<string, Task<StartSample>> Start)[]
        {
            ("sidecar", kind => sidecar.RunAsync(Program(kind, "k8smediaflow-sidecar"))),
            ("media_operator", kind => CommandStart.RunAsync(Program(kind, "media-operator"), "--help")),
            ("validate", kind => CommandStart.RunAsync(Program(kind, "k8smediaflow"), "validate", sample)),
        };
        foreach (var (name, start) in starts)
            foreach (var (kind, samples) in await TakeTurnsAsync(turns, start))
                Add(report, $"{name}_{kind}_", samples);
    }

    private static async Task MeasureRunsAsync(SortedDictionary<string, object?> report, int turns)
    {
        using var clip = new Clip();
        var runs = await TakeTurnsAsync(turns, kind => OurWork.RunAsync(clip, weigh: false, Program(kind, "k8smediaflow")));
        foreach (var (kind, samples) in runs)
        {
            Median(report, $"highlights_{kind}_first_frame_ms", samples, sample => sample.FirstFrameSeconds * 1000);
            Median(report, $"highlights_{kind}_wall_s", samples, sample => sample.WallSeconds);
            Median(report, $"highlights_{kind}_cpu_s", samples, sample => sample.CpuSeconds);
        }
    }

    /// <summary>The first turn is not counted: it reads the programs from the disk.</summary>
    private static async Task<Dictionary<string, List<T>>> TakeTurnsAsync<T>(int turns, Func<string, Task<T>> start)
    {
        var samples = Kinds.ToDictionary(kind => kind, _ => new List<T>(), StringComparer.Ordinal);
        for (var turn = -1; turn < turns; turn++)
            foreach (var kind in Kinds)
            {
                var sample = await start(kind);
                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{kind}, turn {turn + 1}: {sample}"));
                if (turn >= 0)
                    samples[kind].Add(sample);
            }
        return samples;
    }

    private static void Add(SortedDictionary<string, object?> report, string prefix, List<StartSample> samples)
    {
        Median(report, prefix + "first_line_ms", samples, sample => sample.FirstLineMilliseconds);
        Median(report, prefix + "cpu_ms", samples, sample => sample.CpuMilliseconds);
        Median(report, prefix + "resident_mb", samples, sample => sample.Memory.Total);
        Median(report, prefix + "resident_private_mb", samples, sample => sample.Memory.Private);
        Median(report, prefix + "resident_files_mb", samples, sample => sample.Memory.Files);
    }

    private static void Median<T>(SortedDictionary<string, object?> report, string name, List<T> samples, Func<T, double> value)
    {
        report[name] = Math.Round(Statistics.Median(samples.Select(value)), 1);
        report[name + "_spread"] = Statistics.Spread(samples.Select(value));
    }

    private static string Program(string kind, string name) => Path.Combine(Checkout.Root, "artifacts", "startup", kind, name);
}
