namespace K8sMediaFlow.EndToEnd.Tests;

/// <summary>Small clips made by ffmpeg, and what ffprobe counts in a file.</summary>
internal static class Clips
{
    public static string H264WithSound(string folder, int frames = 75)
    {
        var path = Path.Combine(folder, "match.mp4");
        Make("-f", "lavfi", "-i", $"testsrc2=size=320x180:rate=25:duration={frames / 25.0}",
            "-f", "lavfi", "-i", $"sine=frequency=440:sample_rate=48000:duration={frames / 25.0}",
            "-ac", "2", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-c:a", "aac", path);
        return path;
    }

    public static string Mpeg4AviWithoutSound(string folder, int frames = 48) => Mpeg4WithoutSound(folder, "avi", frames);

    public static string Mpeg4WithoutSound(string folder, string container, int frames)
    {
        var path = Path.Combine(folder, "match." + container);
        Make("-f", "lavfi", "-i", $"testsrc2=size=352x288:rate=24:duration={frames / 24.0}", "-c:v", "mpeg4", path);
        return path;
    }

    public static int CountFrames(string path)
    {
        var (code, output, errors) = Programs.Run("ffprobe", "-v", "error", "-count_frames", "-select_streams", "v:0",
            "-show_entries", "stream=nb_read_frames", "-of", "csv=p=0", path);
        code.ShouldBe(0, errors);
        return int.Parse(output.Trim().TrimEnd(','), System.Globalization.CultureInfo.InvariantCulture);
    }

    private static void Make(params string[] arguments)
    {
        var (code, _, errors) = Programs.Run("ffmpeg", ["-nostdin", "-hide_banner", "-loglevel", "error", "-y", .. arguments]);
        code.ShouldBe(0, errors);
    }
}
