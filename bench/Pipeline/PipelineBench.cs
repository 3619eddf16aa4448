using System.Globalization;

namespace K8sMediaFlow.Bench.Pipeline;

/// <summary>
/// The sample pipeline against ffmpeg doing the same work alone: ten seconds of 1080p decoded, analysed, drawn on and encoded. Ours, one
/// ffmpeg command, and ffmpeg processes over pipes take turns. Writes pipeline.json.
/// </summary>
internal static class PipelineBench
{
    private const int TurnsDefault = 5;

    public static async Task<int> RunAsync(string[] words)
    {
        if (WhatIsMissing() is { } missing)
        {
            Console.Error.WriteLine("bench pipeline: " + missing);
            return 1;
        }
        var turns = words is [.., "--turns", var given] ? int.Parse(given, CultureInfo.InvariantCulture) : TurnsDefault;
        using var clip = new Clip();
        var (one, pipes) = (FFmpegWork.OneCommand(clip), FFmpegWork.Pipes(clip));
        List<PipelineSample> ours = [], command = [], piped = [];
        for (var turn = 0; turn < turns; turn++)
        {
            ours.Add(await OurWork.RunAsync(clip, weigh: turn == 0));
            command.Add(await FFmpegWork.RunAsync(one, clip, weigh: turn == 0));
            piped.Add(await FFmpegWork.RunAsync(pipes, clip, weigh: turn == 0));
            Console.Error.WriteLine($"turn {turn + 1}: ours {ours[^1]}; ffmpeg {command[^1]}; pipes {piped[^1]}");
        }
        Statistics.Write(words is ["--out", var folder, ..] ? ["--out", folder] : [], "pipeline.json",
            Report(ours, command, piped, (one, pipes)));
        return 0;
    }

    private static string? WhatIsMissing()
    {
        if (!File.Exists(OurWork.Program))
            return $"{OurWork.Program} is missing: scripts/publish.sh artifacts/bin Release --native";
        var programs = Checkout.Missing("ffmpeg", "ffprobe");
        return programs.Length == 0 ? null : "missing: " + string.Join(", ", programs);
    }

    private static SortedDictionary<string, object?> Report(List<PipelineSample> ours, List<PipelineSample> command,
        List<PipelineSample> piped, (string One, string Pipes) commands)
    {
        var report = new SortedDictionary<string, object?>(StringComparer.Ordinal)
        {
            ["frames"] = Clip.Frames,
            ["turns"] = ours.Count,
            ["ffmpeg_command"] = commands.One,
            ["ffmpeg_pipes_command"] = commands.Pipes,
        };
        Add(report, "", ours);
        Add(report, "ffmpeg_", command);
        Add(report, "ffmpeg_pipes_", piped);
        Ratio(report, "ratio_ffmpeg", ours, command, sample => sample.FramesPerSecond);
        Ratio(report, "ratio_ffmpeg_pipes", ours, piped, sample => sample.FramesPerSecond);
        Ratio(report, "ratio_ffmpeg_wall", command, ours, sample => sample.WallSeconds);
        return report;
    }

    private static void Add(SortedDictionary<string, object?> report, string prefix, List<PipelineSample> samples)
    {
        Add("fps", sample => sample.FramesPerSecond);
        Add("wall_s", sample => sample.WallSeconds);
        Add("cpu_ms_per_frame", sample => sample.CpuSeconds * 1000 / Clip.Frames);
        Add("first_frame_ms", sample => sample.FirstFrameSeconds * 1000);
        // Weighed in the first turn alone, since asking for it takes time from the work.
        report[prefix + "resident_mb"] = Math.Round(samples[0].ResidentMegabytes!.Value, 1);

        void Add(string name, Func<PipelineSample, double> value)
        {
            report[prefix + name] = Math.Round(Statistics.Median(samples.Select(value)), 2);
            report[prefix + name + "_spread"] = Statistics.Spread(samples.Select(value));
        }
    }

    private static void Ratio(SortedDictionary<string, object?> report, string name, List<PipelineSample> above,
        List<PipelineSample> below, Func<PipelineSample, double> value)
    {
        var ratios = above.Zip(below, (a, b) => value(a) / value(b)).ToArray();
        (report[name], report[name + "_spread"]) = (Math.Round(Statistics.Median(ratios), 3), Statistics.Spread(ratios));
    }
}
