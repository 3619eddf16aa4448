using System.CommandLine;
using K8sMediaFlow.MediaOperators.Bridging;
using K8sMediaFlow.MediaOperators.Decode;
using K8sMediaFlow.MediaOperators.FFmpeg;
using K8sMediaFlow.MediaOperators.Media;
using K8sMediaFlow.Sdk;

namespace K8sMediaFlow.MediaOperators.Commands;

/// <summary>decode: a file or network stream becomes raw video and audio.</summary>
internal static class DecodeCommand
{
    private static readonly Option<string> _input = new("--input")
    {
        Description = "File or network URL.",
        Required = true,
        HelpName = "PATH|URL",
    };
    private static readonly Option<bool> _realtime = new("--realtime") { Description = "Read at the input's own pace." };
    private static readonly Argument<string[]> _ffmpegArguments = FFmpegOptions.Named("for the input, before -i");

    public static Command Build()
    {
        var command = new Command("decode", "Decodes a file or network stream to a video port, an audio port or both.")
        {
            _input, _realtime, _ffmpegArguments,
        };
        command.SetAction((line, _) =>
        {
            var options = new DecodeOptions(line.GetValue(_realtime), line.GetValue(_ffmpegArguments) ?? []);
            return CommandHost.RunAsync("decode", media => RunAsync(media, line.GetValue(_input)!, options));
        });
        return command;
    }

    private static async Task RunAsync(MediaOperator media, string name, DecodeOptions options)
    {
        var input = FFmpegInput.Parse(name);
        var ports = FindPorts(media);
        // A file can be looked at while its decoder starts; what comes over a network can be opened only once at a time.
        using var early = input.IsRegularFile ? new DecodeJobs(input, ports, options, media.IsStreaming) : null;
        var probed = MediaProbe.Probe(input, options.InputArguments, media.Stopping).WithRateOf(options.InputArguments);
        foreach (var port in ports)
            CheckPromise(input, port, probed);
        using var late = early is null ? new DecodeJobs(input, ports, options, media.IsStreaming) : null;
        var problem = await DecodeAsync(media, early ?? late!, InputPromise.Of(input, probed, options));
        foreach (var port in ports)
            port.Complete();
        if (problem is not null)
            throw ports.Any(port => port.FramesSent > 0) ? new DeliveredException(problem) : new MediaException(problem);
    }

    // What went wrong with the input, when all that it gave is sent. A failure in a streaming pipeline is thrown instead: there the next
    // life of this operator goes on, while in a batch there is none, and what was read shall be usable.
    private static async Task<string?> DecodeAsync(MediaOperator media, DecodeJobs jobs, InputPromise promise)
    {
        using var threads = new PortThreads(media.Stopping);
        try
        {
            await jobs.RunAsync(threads);
            var problem = jobs.Problem(promise);
            return problem is not null && media.IsStreaming && jobs.HasFailed ? throw new MediaException(problem) : problem;
        }
        catch (OperationCanceledException) when (media.Stopping.IsCancellationRequested)
        {
            return null;
        }
    }

    private static DecodedPort[] FindPorts(MediaOperator media)
    {
        var (video, audio) = Ports.Of(media).Sources();
        DecodedPort?[] ports = [video is null ? null : Video(media.Outputs[video]), audio is null ? null : Audio(media.Outputs[audio])];
        return [.. ports.OfType<DecodedPort>()];
    }

    private static DecodedVideoPort Video(FrameOutput output) => new(output, ((VideoCaps)output.Caps!).Shape().WithKnownRate(output.Name));

    private static DecodedAudioPort Audio(FrameOutput output) => new(output, ((AudioCaps)output.Caps!).Shape());

    private static void CheckPromise(FFmpegInput input, DecodedPort port, ProbedMedia probed)
    {
        if (port.Video is { } video)
            CapsPromise.Check(input.Name, port.Name, video, probed.Video);
        if (port.Audio is { } audio)
            CapsPromise.Check(input.Name, port.Name, audio, probed.Audio);
    }
}
