using K8sMediaFlow.MediaOperators.Bridging;
using K8sMediaFlow.MediaOperators.Media;
using K8sMediaFlow.MediaOperators.Reports;
using K8sMediaFlow.Native;
using K8sMediaFlow.Sdk;

namespace K8sMediaFlow.MediaOperators.Encode;

/// <summary>An input port whose frames go into one pipe of ffmpeg.</summary>
/// <param name="metadata">Where what is known of the frames goes, or null.</param>
internal sealed class EncodedPort(FrameInput input, MetadataJson? metadata)
{
    private readonly VideoShape? _video = (input.Caps as VideoCaps)?.Shape().WithKnownRate(input.Name);
    private readonly AudioShape? _audio = (input.Caps as AudioCaps)?.Shape();

    private PipedFrames<Frame>? _frames;

    public string Name => input.Name;

    public VideoShape? Video => _video;

    public AudioShape? Audio => _audio;

    public SequenceLedger Ledger { get; } = new();

    /// <summary>
    /// Moves frames until the port's stream ends or is not to be waited for any longer. The last one, and what ffmpeg has not read, stays
    /// held until <see cref="Release"/>.
    /// </summary>
    /// <param name="pipe">To ffmpeg.</param>
    /// <param name="ending">Nothing more is to be received; what has been is written whole.</param>
    /// <param name="failing">Another port has failed: leave everything.</param>
    public void Pump(PipeEnd pipe, CancellationToken ending, CancellationToken failing)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ending, failing);
        _frames = new PipedFrames<Frame>(pipe, _video?.FrameBytes ?? 0, copiesWhatItReads: true);
        while (Next(either.Token, failing) is { } frame)
        {
            Check(frame);
            _frames.Put(frame, frame.Payload, failing);
            Ledger.Add(frame.Stream, frame.Sequence, frame.Payload.Length);
            metadata?.Add(frame.Identity, frame.PresentationTimeNs, frame.DurationNs, frame.Metadata);
        }
    }

    /// <summary>
    /// The output is safe. Only now is the last frame done, so that a source that waits for that does not end, and take
    /// the pipeline with it, while the file is still without a name.
    /// </summary>
    public void Release() => _frames?.Release();

    private Frame? Next(CancellationToken either, CancellationToken failing)
    {
        try
        {
            return input.Receive(either);
        }
        catch (OperationCanceledException) when (!failing.IsCancellationRequested)
        {
            return null;
        }
    }

    // One byte too few, and every later picture would be torn.
    private void Check(Frame frame)
    {
        var lengthBytes = frame.Payload.Length;
        var fits = _video is not null ? lengthBytes == _video.FrameBytes : lengthBytes % _audio!.SampleBytes == 0;
        if (!fits || frame.PayloadCount != 1)
            throw new MediaException(
                $"frame {frame.Identity} of port '{Name}' has {lengthBytes} bytes, which does not fit {(object?)_video ?? _audio}");
    }
}
