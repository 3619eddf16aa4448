using K8sMediaFlow.MediaOperators.Media;

namespace K8sMediaFlow.MediaOperators.FFmpeg;

/// <summary>
/// What decode reads: a regular file, which several ffmpeg processes may read at once, or a network URL, which
/// exactly one may.
/// </summary>
/// <param name="Name">As the user wrote it; error texts use it.</param>
/// <param name="Url">As ffmpeg gets it.</param>
internal sealed record FFmpegInput(string Name, string Url, bool IsRegularFile)
{
    public static FFmpegInput Parse(string name)
    {
        if (name.Contains("://", StringComparison.Ordinal))
            return new FFmpegInput(name, name, IsRegularFile: false);
        if (!Path.Exists(name))
            throw new MediaException($"input '{name}' does not exist");
        if (Directory.Exists(name))
            throw new MediaException($"input '{name}' is a folder");
        // A FIFO or device has no length. It could be read once only, and that once would be the probe's.
        if (new FileInfo(name).Length == 0)
            throw new MediaException($"input '{name}' is empty or not a regular file");
        // The prefix keeps a name such as "-take:2.mp4" from being read as an option or a protocol.
        return new FFmpegInput(name, "file:" + name, IsRegularFile: true);
    }
}
