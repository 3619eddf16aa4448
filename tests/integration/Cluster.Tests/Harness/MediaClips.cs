using System.Globalization;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Cluster.Tests.Harness;

/// <summary>Films with sound, made and counted with ffmpeg.</summary>
internal static class MediaClips
{
    public static void Make(string path, int frames) =>
        Run("ffmpeg", "-hide_banner", "-loglevel", "error", "-y", "-f", "lavfi", "-i", "testsrc=size=1920x1080:rate=30", "-f", "lavfi",
            "-i", "sine=sample_rate=48000",
        "-frames:v", frames.ToString(CultureInfo.InvariantCulture), "-t", (frames / 30.0).ToString(CultureInfo.InvariantCulture),
            "-pix_fmt", "yuv420p", "-c:v", "libx264", "-preset", "ultrafast", "-c:a", "aac", "-ac", "2", path);

    public static int Frames(string path) =>
        int.Parse(Run("ffprobe", "-v", "error", "-select_streams", "v:0", "-count_frames", "-show_entries", "stream=nb_read_frames", "-of",
            "csv=p=0", path).Trim().Trim(','), CultureInfo.InvariantCulture);

    private static string Run(string program, params string[] arguments)
    {
        var (code, output) = Programs.Run(program, arguments, null, Hang.LongBound);
        return code == 0 ? output : throw new InvalidOperationException($"{program}: {output}");
    }
}
