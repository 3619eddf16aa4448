using System.Diagnostics.CodeAnalysis;
using K8sMediaFlow.MediaOperators.Media;

namespace K8sMediaFlow.MediaOperators.FFmpeg;

/// <summary>
/// A container and the codecs that go into it by default. Named explicitly, never guessed by ffmpeg: it sees a file
/// name that ends in ".partial".
/// </summary>
internal sealed record OutputFormat(string Muxer, string VideoCodec, string AudioCodec, IReadOnlyList<string> Arguments)
{
    private static readonly OutputFormat _mp4 = new("mp4", "libx264", "aac", ["-movflags", "+faststart"]);
    private static readonly OutputFormat _mpegts = new("mpegts", "libx264", "aac", []);
    private static readonly OutputFormat _flv = new("flv", "libx264", "aac", []);

    private static readonly Dictionary<string, OutputFormat> _byExtension = new(StringComparer.OrdinalIgnoreCase)
    {
        [".mp4"] = _mp4,
        [".m4v"] = _mp4,
        [".mov"] = _mp4 with { Muxer = "mov" },
        [".mkv"] = new("matroska", "libx264", "aac", []),
        [".webm"] = new("webm", "libvpx-vp9", "libopus", []),
        [".avi"] = new("avi", "mpeg4", "libmp3lame", ["-q:v", "3"]),
        [".ts"] = _mpegts,
        [".m2ts"] = _mpegts,
        [".flv"] = _flv,
        [".nut"] = new("nut", "ffv1", "pcm_s16le", []),
        [".y4m"] = new("yuv4mpegpipe", "wrapped_avframe", "none", []),
        [".yuv"] = new("rawvideo", "rawvideo", "none", []),
        [".wav"] = new("wav", "none", "pcm_s16le", []),
    };

    private static readonly Dictionary<string, OutputFormat> _byScheme = new(StringComparer.OrdinalIgnoreCase)
    {
        ["rtmp"] = _flv,
        ["rtmps"] = _flv,
        ["rtsp"] = _mpegts with { Muxer = "rtsp" },
        ["srt"] = _mpegts,
        ["udp"] = _mpegts,
        ["tcp"] = _mpegts,
        ["http"] = _mpegts,
        ["https"] = _mpegts,
    };

    /// <summary>By a URL's scheme or a file's extension; throws <see cref="MediaException"/> naming those that are known.</summary>
    public static OutputFormat For(string output) =>
        TryFind(output, out var format, out var problem) ? format : throw new MediaException(problem);

    /// <summary>By a URL's scheme or a file's extension; the problem names those that are known.</summary>
    public static bool TryFind(string output, [NotNullWhen(true)] out OutputFormat? format, out string problem)
    {
        var schemeEnd = output.IndexOf("://", StringComparison.Ordinal);
        var (table, key) = schemeEnd >= 0 ? (_byScheme, output[..schemeEnd]) : (_byExtension, Path.GetExtension(output));
        var isKnown = table.TryGetValue(key, out format);
        problem = isKnown ? "" : $"output '{output}': no container is known for '{key}'; known: {string.Join(", ", table.Keys)}";
        return isKnown;
    }
}
