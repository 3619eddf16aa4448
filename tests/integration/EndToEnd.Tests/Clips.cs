using System.Collections.Concurrent;

namespace K8sMediaFlow.EndToEnd.Tests;

/// <summary>Small clips made by ffmpeg, each once, and what ffprobe counts in a file.</summary>
internal static class Clips
{
    private static readonly ConcurrentDictionary<string, Lazy<byte[]>> s_made = new(StringComparer.Ordinal);

    public static string H264WithSound(string folder, int frames = 75) => Place(folder, "match.mp4",
        "-f", "lavfi", "-i", $"testsrc2=size=320x180:rate=25:duration={frames / 25.0}",
        "-f", "lavfi", "-i", $"sine=frequency=440:sample_rate=48000:duration={frames / 25.0}",
        "-ac", "2", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac");

    public static string Mpeg4AviWithoutSound(string folder, int frames = 48) => Mpeg4WithoutSound(folder, "avi", frames);

    public static string Mpeg4WithoutSound(string folder, string container, int frames) =>
        Place(folder, "match." + container, "-f", "lavfi", "-i", $"testsrc2=size=352x288:rate=24:duration={frames / 24.0}", "-c:v",
            "mpeg4");

    public static int CountFrames(string path)
    {
        var (code, output, errors) = Programs.Run("ffprobe", "-v", "error", "-count_frames", "-select_streams", "v:0",
            "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", path);
        code.ShouldBe(0, errors);
        return int.Parse(output.Trim().TrimEnd(','), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static string Place(string folder, string name, params string[] arguments)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllBytes(path, s_made.GetOrAdd(string.Join(' ', [name, .. arguments]), _ => new Lazy<byte[]>(() => Make(name, arguments)))
            .Value);
        return path;
    }

    private static byte[] Make(string name, string[] arguments)
    {
        var folder = Directory.CreateTempSubdirectory("kmf-clip-").FullName;
        try
        {
            var path = Path.Combine(folder, name);
            var (code, _, errors) = Programs.Run("ffmpeg", ["-nostdin", "-hide_banner", "-loglevel", "error", "-y", .. arguments, path]);
            code.ShouldBe(0, errors);
            return File.ReadAllBytes(path);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
