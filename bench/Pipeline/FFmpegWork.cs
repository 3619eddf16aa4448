using System.Diagnostics;

namespace K8sMediaFlow.Bench.Pipeline;

/// <summary>
/// The work by ffmpeg alone. The analysis is scdet, which compares each picture with the one before, as ours does on fewer rows. The last
/// filter before the encoder says when a picture passes.
/// </summary>
internal static class FFmpegWork
{
    private const string ResultName = "result.mp4", Quiet = "ffmpeg -nostdin -hide_banner -loglevel error",
        Analyse = "scdet=threshold=100",
        Draw = "drawtext=text='score 0.000':x=24:y=24:fontsize=48:fontcolor=white:box=1:boxcolor=black",
        Tell = "metadata=mode=add:key=passes:value=1,metadata=mode=print:key=passes:file=/dev/fd/3:direct=1",
        Raw = "-f rawvideo -pix_fmt yuv420p",
        RawInput = Raw + " -video_size 1920x1080 -framerate 30 -i pipe:0",
        Encode = "-fps_mode passthrough -c:v libx264 -preset veryfast -pix_fmt yuv420p -c:a aac -f mp4";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    public static string OneCommand(Clip clip) =>
        $"{Quiet} -y -i {clip.Input} -map 0:v:0 -map 0:a:0 -vf \"{Analyse},{Draw},{Tell}\" {Encode} {Result(clip)} 3>&1";

    /// <summary>A process for each media operator; each pipe holds as much as the kernel gives.</summary>
    public static string Pipes(Clip clip) =>
        $"{Quiet} -i {clip.Input} -map 0:v:0 {Raw} pipe:1" +
        $" | {Quiet} {RawInput} -vf \"{Analyse}\" {Raw} pipe:1" +
        $" | {Quiet} {RawInput} -vf \"{Draw}\" {Raw} pipe:1" +
        $" | {Quiet} -y {RawInput} -i {clip.Input} -map 0:v:0 -map 1:a:0 -vf \"{Tell}\" {Encode} {Result(clip)} 3>&1";

    public static async Task<PipelineSample> RunAsync(string command, Clip clip, bool weigh)
    {
        var usage = ChildUsage.Begin();
        using var shell = Process.Start(new ProcessStartInfo("bash", ["-c", command]) { RedirectStandardOutput = true })!;
        using var weight = weigh ? new TreeWeight(shell.Id) : null;
        var passes = new Passages(usage.Started);
        while (await shell.StandardOutput.ReadLineAsync().WaitAsync(Patience) is { } line)
            if (line.StartsWith("frame:", StringComparison.Ordinal))
                passes.Count(1);
        using var over = new CancellationTokenSource(Patience);
        await shell.WaitForExitAsync(over.Token);
        if (shell.ExitCode != 0)
            throw new InvalidOperationException($"{command} ended with {shell.ExitCode}");
        var sample = passes.Sample(usage, weight);
        clip.Check(ResultName);
        return sample;
    }

    private static string Result(Clip clip) => Path.Combine(clip.Folder, ResultName);
}
