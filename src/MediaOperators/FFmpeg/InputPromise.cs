namespace K8sMediaFlow.MediaOperators.FFmpeg;

/// <summary>
/// What an input says of its own length, against which what came out of it is held: ffmpeg ends with success on a truncated file, it only
/// complains.
/// </summary>
/// <param name="Frames">Video frames, at least; 0 where nothing is announced.</param>
/// <param name="IsCut">The file ends within a packet.</param>
internal sealed record InputPromise(long Frames, bool IsCut)
{
    // A header's duration covers the longest stream, and rates of a container are rounded: less than this is missing from no whole file.
    private static readonly TimeSpan _slack = TimeSpan.FromSeconds(1);

    // Their duration is in a header; that of other containers without a count of frames is measured on what is there.
    private static readonly string[] _announcing = ["matroska,webm", "flv", "asf"];

    private static readonly int[] _transportPacketBytes = [188, 192, 204];

    public static readonly InputPromise None = new(0, false);

    /// <summary>The user's own options may cut a part out of the input: then nothing is promised.</summary>
    public static InputPromise Of(FFmpegInput input, ProbedMedia probed, DecodeOptions options) =>
        options.InputArguments.Count > 0
            ? None
            : new InputPromise(FramesOf(probed), input.IsRegularFile && IsCutWithin(probed.Format, new FileInfo(input.Name).Length));

    private static long FramesOf(ProbedMedia probed)
    {
        if (probed.Video is not { } video || video.FrameCount > 0 || video.Rates.Count == 0 || !_announcing.Contains(probed.Format)
            || probed.Duration <= _slack)
            return probed.Video?.FrameCount ?? 0;
        // The lowest: the other one may be only the smallest step between two frames.
        var rate = video.Rates.Min(one => (double)one.Numerator / one.Denominator);
        return (long)((probed.Duration - _slack).TotalSeconds * rate);
    }

    private static bool IsCutWithin(string format, long lengthBytes) =>
        format == "mpegts" && Array.TrueForAll(_transportPacketBytes, packetBytes => lengthBytes % packetBytes != 0);
}
