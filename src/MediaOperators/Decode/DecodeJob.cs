using K8sMediaFlow.MediaOperators.Bridging;
using K8sMediaFlow.MediaOperators.FFmpeg;
using K8sMediaFlow.MediaOperators.Media;
using K8sMediaFlow.Native;

namespace K8sMediaFlow.MediaOperators.Decode;

/// <summary>One ffmpeg and the ports that it feeds.</summary>
internal sealed class DecodeJob : IDisposable
{
    /// <summary>How long ffmpeg may take to end after its pipes have.</summary>
    private static readonly TimeSpan _endPatience = TimeSpan.FromSeconds(30);

    private readonly FFmpegInput _input;
    private readonly IReadOnlyList<DecodedPort> _ports;
    private readonly PipedProcess _process;
    private readonly bool _keepsStreamsOpen;

    private DecodeJob(FFmpegInput input, IReadOnlyList<DecodedPort> ports, DecodeOptions options, bool keepsStreamsOpen)
    {
        _input = input;
        _ports = ports;
        _keepsStreamsOpen = keepsStreamsOpen;
        var arguments = FFmpegArguments.Decode(input, Find(port => port.Video), Find(port => port.Audio), options);
        _process = FFmpegProcess.Start(arguments, new PipedDescriptors([], [.. ports.Select((_, index) => Descriptor(index))]));
    }

    /// <summary>
    /// A file is decoded by an ffmpeg for each port: with one for both, a video port that waits would keep the audio
    /// from being read as well. What comes over a network can be opened only once.
    /// </summary>
    /// <param name="ports">Video first.</param>
    /// <param name="keepsStreamsOpen">A stream ends only where its input has: a caller that starts this again after a failure continues
    /// it.</param>
    public static IReadOnlyList<DecodeJob> Start(FFmpegInput input, IReadOnlyList<DecodedPort> ports, DecodeOptions options,
        bool keepsStreamsOpen) =>
        input.IsRegularFile
            ? [.. ports.Select(port => new DecodeJob(input, [port], options, keepsStreamsOpen))]
            : [new DecodeJob(input, ports, options, keepsStreamsOpen)];

    public void StartPumps(PortThreads threads)
    {
        for (var index = 0; index < _ports.Count; index++)
        {
            var (port, pipe) = (_ports[index], _process.End(Descriptor(index)));
            threads.Start("decode " + port.Name, stopping => Pump(port, pipe, stopping));
        }
    }

    /// <summary>Ends when ffmpeg has; false when it was killed or says that it failed.</summary>
    public Task<bool> EndsWellAsync() => _process.EndsWellAsync();

    /// <summary>
    /// After a pipe has ended: whether it did because ffmpeg failed or was killed. One that goes on has merely come to the end of one
    /// stream.
    /// </summary>
    public bool HasFailed => _process.Fails(_endPatience);

    /// <summary>After all pipes have ended: whether ffmpeg does too.</summary>
    public bool Ends => _process.EndsWithin(_endPatience);

    /// <summary>Ends ffmpeg now, and with it the pipes.</summary>
    public void Kill() => _process.Kill();

    /// <summary>After all pipes have ended: what was wrong with the input, or null.</summary>
    public string? Problem(InputPromise promise)
    {
        try
        {
            _process.WaitForSuccess(_endPatience);
        }
        catch (MediaException failure)
        {
            return failure.Message + Delivered();
        }
        // A container may announce more frames than are shown (edit lists), so neither the complaint nor the count alone is a proof.
        var isShort = promise.IsCut
            || _ports.Any(port => port.TornBytes > 0 || (port.Video is not null && port.FramesSent < promise.Frames));
        if (isShort && _process.ErrorLineCount > 0)
            return $"input '{_input.Name}' ended early{Delivered(promise.Frames)}; ffmpeg: {_process.ErrorText}";
        if (_process.ErrorLineCount > 0)
            Console.Error.WriteLine($"decode: warning: {_process.ErrorText}");
        return null;
    }

    public void Dispose() => _process.Dispose();

    // A port that has ended says so at once: a consumer of both may read no more of the other before it knows. One that
    // never had a frame waits for what its ffmpeg says: that is a failure rather than an end.
    private void Pump(DecodedPort port, PipeEnd pipe, CancellationToken stopping)
    {
        port.Pump(pipe, stopping);
        if (port.FramesSent > 0 && !(_keepsStreamsOpen && HasFailed))
            port.Complete();
    }

    private static int Descriptor(int index) => FFmpegArguments.FirstFrameDescriptor + index;

    private TShape? Find<TShape>(Func<DecodedPort, TShape?> shape)
        where TShape : class => _ports.Select(shape).FirstOrDefault(found => found is not null);

    private string Delivered(long promisedFrames = 0)
    {
        var counts = _ports.Select(port => port.Video is not null && promisedFrames > 0
            ? $"{port.FramesSent} of {promisedFrames} frames of port '{port.Name}'"
            : $"{port.FramesSent} frames of port '{port.Name}'");
        return $" (delivered: {string.Join(", ", counts)})";
    }
}
