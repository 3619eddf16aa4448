using System.Diagnostics;

namespace K8sMediaFlow.Bench.Pipeline;

/// <summary>The clip of <c>make run</c>, in a folder that also gets the results.</summary>
internal sealed class Clip : IDisposable
{
    public const int Frames = 300;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kmf-bench-");

    public Clip()
    {
        Run("ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=size=1920x1080:rate=30:duration=10",
            "-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=10", "-ac", "2", "-c:v", "libx264", "-preset", "veryfast",
            "-pix_fmt", "yuv420p", "-c:a", "aac", Input);
    }

    public string Folder => _folder.FullName;

    public string Input => Path.Combine(Folder, "match.mp4");

    /// <summary>Throws where a file of the folder does not have every picture of the clip; removes it.</summary>
    public void Check(string name)
    {
        var result = Path.Combine(Folder, name);
        var count = Run("ffprobe", "-v", "error", "-select_streams", "v:0", "-count_packets", "-show_entries", "stream=nb_read_packets",
            "-of", "csv=p=0", result).Trim();
        if (count != $"{Frames}")
            throw new InvalidOperationException($"{result} has {count} pictures instead of {Frames}");
        File.Delete(result);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(Patience) || process.ExitCode != 0)
            throw new InvalidOperationException($"{program} failed, or did not end within {Patience}");
        return output.Result;
    }
}
