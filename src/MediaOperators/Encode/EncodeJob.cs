using K8sMediaFlow.MediaOperators.Bridging;
using K8sMediaFlow.MediaOperators.FFmpeg;
using K8sMediaFlow.MediaOperators.Media;

namespace K8sMediaFlow.MediaOperators.Encode;

/// <summary>One ffmpeg that all ports feed, and the file that comes out of it.</summary>
internal sealed class EncodeJob(IReadOnlyList<EncodedPort> ports, EncodeOptions options, OutputTarget target)
{
    // A slow encoder still has its look-ahead to do, and a large MP4 file is rewritten to have its index in front.
    private static readonly TimeSpan _finishPatience = TimeSpan.FromMinutes(10);

    // The pipe broke, so ffmpeg is ending already.
    private static readonly TimeSpan _endPatience = TimeSpan.FromSeconds(10);

    /// <summary>Encodes until every port's stream has ended. The target is whole when this returns, but not yet named.</summary>
    /// <param name="ending">The time to wait for the streams' ends is over: the target gets what has come.</param>
    public async Task RunAsync(CancellationToken ending)
    {
        target.Prepare();
        using var process = FFmpegProcess.Start(Arguments(), new PipedDescriptors([.. ports.Select((_, index) => Descriptor(index))], []));
        using var threads = new PortThreads(CancellationToken.None);
        for (var index = 0; index < ports.Count; index++)
            StartPump(threads, process, index, ending);
        try
        {
            await threads.WhenAllAsync();
        }
        catch (PipeClosedException)
        {
            process.WaitForSuccess(_endPatience);
            throw new MediaException("ffmpeg ended before its input did");
        }
        process.WaitForSuccess(_finishPatience);
        if (process.ErrorLineCount > 0)
            await Console.Error.WriteLineAsync($"encode: warning: {process.ErrorText}");
    }

    private void StartPump(PortThreads threads, PipedProcess process, int index, CancellationToken ending) =>
        threads.Start("encode " + ports[index].Name, failing =>
    {
        ports[index].Pump(process.End(Descriptor(index)), ending, failing);
        process.CloseEnd(Descriptor(index));
    });

    private IReadOnlyList<string> Arguments()
    {
        var video = ports.Select(port => port.Video).FirstOrDefault(shape => shape is not null);
        var audio = ports.Select(port => port.Audio).FirstOrDefault(shape => shape is not null);
        return FFmpegArguments.Encode(video, audio, options, target.Url);
    }

    private static int Descriptor(int index) => FFmpegArguments.FirstFrameDescriptor + index;
}
