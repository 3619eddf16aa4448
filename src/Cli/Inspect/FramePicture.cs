using System.Diagnostics;
using System.Globalization;
using K8sMediaFlow.Cli.Run.Processes;
using K8sMediaFlow.Messages;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Cli.Inspect;

/// <summary>A video frame as a PNG file, made by ffmpeg.</summary>
internal static class FramePicture
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <returns>The file's path.</returns>
    /// <exception cref="RunException">The frame is no video, its message is not sound, or ffmpeg fails.</exception>
    public static async Task<string> WriteAsync(TappedFrame frame, string folder, CancellationToken stopping)
    {
        var (size, format, name, pixels) = Take(frame);
        var path = Path.Combine(folder, name);
        var start = new ProcessStartInfo(
            "ffmpeg", ["-nostdin", "-hide_banner", "-loglevel", "error", "-y", "-f", "rawvideo", "-pix_fmt", format, "-video_size", size,
                "-i", "pipe:0", "-frames:v", "1", "-update", "1", "-f", "image2", "-c:v", "png", path])
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        using var bounded = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        bounded.CancelAfter(Patience);
        try
        {
            using var ffmpeg = Process.Start(start)!;
            await FeedAsync(ffmpeg, pixels, bounded.Token);
            return path;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw new RunException("pictures need ffmpeg, which is not installed", error);
        }
    }

    private static (string Size, string Format, string Name, byte[] Pixels) Take(TappedFrame frame)
    {
        if (!frame.TryRead(out var view, out var error))
            throw new RunException($"{frame.Channel.Edge}: the message is not sound: {error}");
        var video = view.Info.Video;
        if (view.Info.Kind != MediaKind.Video || !PixelFormats.IsKnown(MediaFormats.Name(video.PixelFormat)))
            throw new RunException($"{frame.Channel.Edge}: a frame of kind {view.Info.Kind} is no picture");
        var size = string.Create(CultureInfo.InvariantCulture, $"{video.Width}x{video.Height}");
        var name = string.Create(CultureInfo.InvariantCulture,
            $"{frame.Channel.Edge.Replace("->", "-to-", StringComparison.Ordinal)}-{view.Info.Sequence:00000000}.png");
        return (size, MediaFormats.Name(video.PixelFormat), name, Pixels(in view));
    }

    /// <summary>The planes without the padding behind their rows: that is how ffmpeg's rawvideo has them.</summary>
    private static byte[] Pixels(in FrameView view)
    {
        var video = view.Info.Video;
        var tight = new VideoCaps(video.Width, video.Height, MediaFormats.Name(video.PixelFormat), new Rational(1, 1));
        var pixels = new byte[tight.FrameBytes];
        if (video.Planes.Count != tight.Planes.Count)
            throw new RunException($"a picture of {video.Planes.Count} planes is no {tight.Format}");
        for (var index = 0; index < video.Planes.Count; index++)
        {
            var (plane, target) = (video.Planes[index], tight.Planes[index]);
            if (plane.StrideBytes < target.Stride || plane.Rows < target.Height)
                throw new RunException($"plane {index} is smaller than the picture");
            for (var row = 0; row < target.Height; row++)
                view.Plane(index).Slice(row * plane.StrideBytes, target.Stride)
                    .CopyTo(pixels.AsSpan((int)target.Offset + (row * target.Stride)));
        }

        return pixels;
    }

    private static async Task FeedAsync(Process ffmpeg, byte[] pixels, CancellationToken bounded)
    {
        try
        {
            var errors = ffmpeg.StandardError.ReadToEndAsync(bounded);
            try
            {
                await ffmpeg.StandardInput.BaseStream.WriteAsync(pixels, bounded);
                ffmpeg.StandardInput.Close();
            }
            catch (IOException)
            {
                // It ended early; its own words say why.
            }

            await ffmpeg.WaitForExitAsync(bounded);
            if (ffmpeg.ExitCode != 0)
                throw new RunException($"ffmpeg makes no picture of it: {(await errors).Trim()}");
        }
        finally
        {
            if (!ffmpeg.HasExited)
                ffmpeg.Kill();
        }
    }
}
