namespace K8sMediaFlow.MediaOperators.FFmpeg;

/// <summary>
/// Which of the user's ffmpeg options ffprobe gets. How an input is opened concerns both programs (-f, -rtsp_transport, every option of a
/// demuxer or protocol); what is decoded, from where to where and how fast are ffmpeg's own options, and ffprobe refuses those.
/// </summary>
internal static class ProbeArguments
{
    private static readonly string[] _flags =
    [
        "-re", "-vn", "-an", "-sn", "-dn", "-accurate_seek", "-noaccurate_seek", "-autorotate", "-noautorotate", "-bitexact",
            "-fix_sub_duration", "-copy_unknown", "-ignore_unknown",
    ];

    private static readonly string[] _withValue =
    [
        "-ss", "-sseof", "-t", "-to", "-seek_timestamp", "-itsoffset", "-itsscale", "-stream_loop", "-readrate", "-readrate_initial_burst",
            "-thread_queue_size", "-isync",
        "-hwaccel", "-hwaccel_device", "-hwaccel_output_format", "-init_hw_device", "-filter_hw_device",
        "-r", "-s", "-pix_fmt", "-ar", "-ac", "-channel_layout", "-ch_layout", "-guess_layout_max", "-canvas_size", "-top",
            "-reinit_filter", "-discard", "-dump_attachment",
        "-c", "-codec", "-vcodec", "-acodec", "-scodec", "-dcodec", "-tag", "-vtag", "-atag", "-stag",
    ];

    public static IEnumerable<string> Of(IReadOnlyList<string> inputArguments)
    {
        for (var index = 0; index < inputArguments.Count; index++)
        {
            // -c:v is -c for the video streams.
            var option = inputArguments[index].Split(':')[0];
            if (_withValue.Contains(option))
                index++;
            else if (!_flags.Contains(option))
                yield return inputArguments[index];
        }
    }
}
