using K8sMediaFlow.MediaOperators.Media;

namespace K8sMediaFlow.MediaOperators.FFmpeg;

/// <summary>The command lines of ffmpeg. Pure: nothing is looked up or started here.</summary>
internal static class FFmpegArguments
{
    /// <summary>The first descriptor that carries frames; 0 to 2 stay what every program expects them to be.</summary>
    public const int FirstFrameDescriptor = 3;

    // Without -nostdin ffmpeg would take keys from whatever is open on descriptor 0.
    private static readonly string[] _quiet = ["-nostdin", "-hide_banner", "-loglevel", "error"];

    /// <summary>Decodes the wanted streams, video first, each to a pipe of its own from <see cref="FirstFrameDescriptor"/> on.</summary>
    public static IReadOnlyList<string> Decode(FFmpegInput input, VideoShape? video, AudioShape? audio, DecodeOptions options)
    {
        List<string> arguments = [.. _quiet];
        if (options.Realtime)
            arguments.Add("-re");
        arguments.AddRange(options.InputArguments);
        arguments.AddRange(["-i", input.Url]);
        var descriptor = FirstFrameDescriptor;
        if (video is not null)
            arguments.AddRange(DecodedVideo(video, descriptor++));
        if (audio is not null)
            arguments.AddRange(DecodedAudio(audio, descriptor));
        return arguments;
    }

    /// <summary>Encodes raw video and audio, where given, from pipes in that order from <see cref="FirstFrameDescriptor"/> on.</summary>
    /// <remarks>
    /// The queues let one input run ahead while ffmpeg waits for the other one: half a second of video is more than files and live streams
    /// are interleaved by.
    /// </remarks>
    public static IReadOnlyList<string> Encode(VideoShape? video, AudioShape? audio, EncodeOptions options, string target)
    {
        var format = options.Format;
        List<string> arguments = [.. _quiet, "-y"];
        var descriptor = FirstFrameDescriptor;
        if (video is not null)
            arguments.AddRange(["-thread_queue_size", "16", .. RawVideoInput(video, $"pipe:{descriptor++}")]);
        if (audio is not null)
            arguments.AddRange(["-thread_queue_size", "1024", .. RawAudioInput(audio, $"pipe:{descriptor}")]);
        if (video is not null)
            arguments.AddRange(EncodedVideo(video, options));
        if (audio is not null)
            arguments.AddRange(EncodedAudio(options, input: video is null ? 0 : 1));
        arguments.AddRange([.. format.Arguments, .. options.OutputArguments, "-f", format.Muxer, target]);
        return arguments;
    }

    /// <summary>Reads raw frames on standard input and writes them scaled on standard output, each before it reads the next one.</summary>
    /// <remarks>No queue in front: with one, ffmpeg looks for a picture every 10 ms instead of waiting for it.</remarks>
    public static IReadOnlyList<string> Scale(VideoShape source, VideoShape target) =>
    [
        .. _quiet, .. RawVideoInput(source, "pipe:0"),
        "-map", "0:v:0", "-fps_mode", "passthrough", "-vf", $"scale={target.Width}:{target.Height}",
        .. RawVideoOutput(target, "pipe:1"),
    ];

    // V, not v: cover art is a stream of type v too. Passthrough: not one frame more or less than the input has.
    private static string[] DecodedVideo(VideoShape video, int descriptor) =>
        ["-map", "0:V:0", "-fps_mode", "passthrough", .. RawVideoOutput(video, $"pipe:{descriptor}")];

    private static string[] DecodedAudio(AudioShape audio, int descriptor) =>
    [
        "-map", "0:a:0", "-c:a", "pcm_" + audio.Format, "-ar", Text(audio.SampleRate), "-ac", Text(audio.Channels),
        "-f", audio.Format, "-flush_packets", "1", $"pipe:{descriptor}",
    ];

    // Without flushing, a small frame waits in ffmpeg's 32 KiB write buffer for the next ones. Its raw video encoder copies pictures on as
    // many threads as there are processors, and gives out what they have only when the next picture comes: with one thread none is held
    // back.
    private static string[] RawVideoOutput(VideoShape video, string target) =>
        ["-c:v", "rawvideo", "-threads", "1", "-pix_fmt", video.Format, "-f", "rawvideo", "-flush_packets", "1", target];

    private static string[] RawVideoInput(VideoShape video, string source) =>
        ["-f", "rawvideo", "-pix_fmt", video.Format, "-video_size", video.SizeText, "-framerate", video.Rate.ToString(), "-i", source];

    private static string[] RawAudioInput(AudioShape audio, string source) =>
        ["-f", audio.Format, "-ar", Text(audio.SampleRate), "-ac", Text(audio.Channels), "-i", source];

    private static List<string> EncodedVideo(VideoShape video, EncodeOptions options)
    {
        var codec = options.VideoCodec ?? options.Format.VideoCodec;
        List<string> arguments = ["-map", "0:v:0", "-fps_mode", "passthrough", "-c:v", codec];
        if (codec is "libx264" or "libx265")
            arguments.AddRange(["-preset", options.Preset]);
        // These encoders refuse halved chroma of an odd size; a black line at the rim is the smallest lie.
        if (codec is "libx264" or "libx265" && (video.Width % 2 != 0 || video.Height % 2 != 0))
            arguments.AddRange(["-vf", "pad=ceil(iw/2)*2:ceil(ih/2)*2"]);
        // RGB would become H.264 4:4:4, which most players refuse.
        if (codec is not ("rawvideo" or "ffv1" or "png" or "gif") && video.Layout.Model is PixelModel.RedFirst or PixelModel.BlueFirst)
            arguments.AddRange(["-pix_fmt", "yuv420p"]);
        return arguments;
    }

    private static string[] EncodedAudio(EncodeOptions options, int input) =>
        ["-map", $"{input}:a:0", "-c:a", options.AudioCodec ?? options.Format.AudioCodec];

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
