using System.Globalization;
using System.Text.Json.Serialization;

namespace K8sMediaFlow.Pipelines.Graph;

/// <summary>What the frames of a port carry: exactly one of <see cref="Video"/> and <see cref="Audio"/> is set.</summary>
/// <param name="Video">Raw video.</param>
/// <param name="Audio">Raw audio.</param>
public sealed record MediaCaps(VideoCaps? Video = null, AudioCaps? Audio = null)
{
    /// <summary>Payload bytes of one frame.</summary>
    [JsonIgnore]
    public long FrameBytes => Video?.FrameBytes ?? Audio?.FrameBytes ?? 0;

    /// <summary>Frames in one second; 0 where the caps say nothing.</summary>
    [JsonIgnore]
    public double FramesPerSecond => Video?.FrameRate.Value ?? Audio?.FramesPerSecond ?? 0;

    /// <summary>Whether frames of <paramref name="upstream"/> are what these caps declare.</summary>
    public bool Fits(MediaCaps upstream) => (Video, upstream.Video, Audio, upstream.Audio) switch
    {
        ({ } mine, { } theirs, _, _) => mine.Fits(theirs),
        (_, _, { } mine, { } theirs) => mine == theirs,
        _ => false,
    };

    public override string ToString() => Video?.ToString() ?? Audio?.ToString() ?? "nothing";
}

/// <summary>Raw video. Width and height in pixels, the format as ffmpeg names it, the frame rate as an exact ratio.</summary>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Format">The pixel format as ffmpeg names it: yuv420p, yuvj420p, yuv422p, yuv444p, nv12, gray, rgb24, bgr24, rgba, bgra,
/// yuv420p10le or yuv422p10le.</param>
/// <param name="FrameRate">Frames in one second as an exact ratio: "30" or "30000/1001".</param>
public sealed record VideoCaps(int Width, int Height, string Format, Rational FrameRate)
{
    /// <summary>Payload bytes of one frame: the planes one behind the other, without padding.</summary>
    [JsonIgnore]
    public long FrameBytes => Planes.Sum(plane => plane.Bytes);

    /// <summary>Where each plane lies in the payload.</summary>
    [JsonIgnore]
    public IReadOnlyList<VideoPlane> Planes => VideoPlane.Lay(this);

    /// <summary>The same picture at the same rate, however the rate is written.</summary>
    public bool Fits(VideoCaps upstream) =>
        (Width, Height, Format) == (upstream.Width, upstream.Height, upstream.Format) && FrameRate.Same(upstream.FrameRate);

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Width}x{Height} {Format} {FrameRate}/s");
}

/// <summary>Raw interleaved audio. A frame carries <see cref="FrameSamples"/> samples per channel.</summary>
/// <param name="SampleRate">Samples per channel in one second.</param>
/// <param name="Channels">Channels, interleaved.</param>
/// <param name="Format">The sample format as ffmpeg names it: u8, s16le, s24le, s32le, f32le or f64le.</param>
public sealed record AudioCaps(int SampleRate, int Channels, string Format)
{
    /// <summary>Samples per channel in a full frame: what AAC encoders take at once.</summary>
    public const int FrameSamples = 1024;

    [JsonIgnore]
    public long FrameBytes => (long)FrameSamples * Channels * SampleFormats.SampleBytes(Format);

    [JsonIgnore]
    public double FramesPerSecond => (double)SampleRate / FrameSamples;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{SampleRate} Hz {Channels} ch {Format}");
}
