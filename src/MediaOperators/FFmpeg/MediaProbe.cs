using System.Text.Json;
using K8sMediaFlow.MediaOperators.Bridging;
using K8sMediaFlow.MediaOperators.Media;

namespace K8sMediaFlow.MediaOperators.FFmpeg;

/// <summary>Asks ffprobe what an input holds.</summary>
internal static class MediaProbe
{
    private const int StandardOutput = 1;

    // Larger than any answer to the few entries asked for; a container may have thousands of streams.
    private const int AnswerBytesMax = 4 << 20;

    // A live source may take a while until its first key frame.
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private const string Entries =
        "format=format_name,duration:stream=codec_type,width,height,r_frame_rate,avg_frame_rate,nb_frames,sample_rate,channels"
        + ":stream_disposition=attached_pic:stream_side_data=rotation";

    /// <exception cref="MediaException">ffprobe cannot read the input; its own words say why.</exception>
    public static ProbedMedia Probe(FFmpegInput input, IReadOnlyList<string> inputArguments, CancellationToken stopping)
    {
        string[] arguments = ["-hide_banner", "-loglevel", "error", .. ProbeArguments.Of(inputArguments), "-show_entries", Entries, "-of",
            "json", input.Url];
        using var probe = PipedProcess.Start("ffprobe", arguments, new PipedDescriptors([], [StandardOutput]));
        using var timeout = new ProgramDeadline(probe, _patience, stopping);
        try
        {
            var answer = new byte[AnswerBytesMax];
            var length = FramePipe.Read(probe.End(StandardOutput), answer, timeout.Token);
            probe.WaitForSuccess(_patience);
            return ProbedMedia.Parse(answer.AsMemory(0, length));
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            throw new MediaException($"input '{input.Name}' told nothing about itself within {_patience.TotalSeconds:0} s");
        }
        catch (JsonException answer)
        {
            throw new MediaException($"input '{input.Name}': ffprobe's answer cannot be read: {answer.Message}", answer);
        }
    }
}
