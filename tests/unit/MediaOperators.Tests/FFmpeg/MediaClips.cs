using System.Diagnostics;

namespace K8sMediaFlow.MediaOperators.Tests.FFmpeg;

/// <summary>Small clips, made by ffmpeg once for all tests that use them.</summary>
public sealed class MediaClips : IDisposable
{
    public const int Width = 64;
    public const int Height = 48;
    public const int Frames = 40;

    private const string Video = "testsrc2=size=64x48:rate=20:duration=2";
    private const string Audio = "sine=frequency=440:sample_rate=48000:duration=2";

    public string Folder { get; } = Directory.CreateTempSubdirectory("clips").FullName;

    /// <summary>H.264 with B-frames and AAC stereo in MP4, index in front.</summary>
    public string H264 => Clip("h264.mp4", "-f", "lavfi", "-i", Video, "-f", "lavfi", "-i", Audio,
        "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p", "-c:a", "aac", "-ac", "2", "-movflags", "+faststart");

    /// <summary>MPEG-4 in AVI, without sound.</summary>
    public string Mpeg4 => Clip("mpeg4.avi", "-f", "lavfi", "-i", Video, "-c:v", "mpeg4", "-q:v", "3");

    /// <summary>The first half of the bytes of <see cref="H264"/>.</summary>
    public string Truncated
    {
        get
        {
            var path = Path.Combine(Folder, "truncated.mp4");
            var whole = File.ReadAllBytes(H264);
            File.WriteAllBytes(path, whole[..(whole.Length / 2)]);
            return path;
        }
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private string Clip(string name, params string[] arguments)
    {
        var path = Path.Combine(Folder, name);
        if (File.Exists(path))
            return path;
        using var ffmpeg = Process.Start("ffmpeg", ["-nostdin", "-loglevel", "error", "-y", .. arguments, path]);
        ffmpeg.WaitForExit(TimeSpan.FromMinutes(2)).ShouldBeTrue("ffmpeg did not make the clip in time");
        ffmpeg.ExitCode.ShouldBe(0);
        return path;
    }
}
