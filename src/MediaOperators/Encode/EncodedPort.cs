using K8sMediaFlow.MediaOperators.Bridging;
using K8sMediaFlow.MediaOperators.Media;
using K8sMediaFlow.MediaOperators.Reports;
using K8sMediaFlow.Native;
using K8sMediaFlow.OperatorSdk;

namespace K8sMediaFlow.MediaOperators.Encode;

/// <summary>An input port whose frames go into one pipe of ffmpeg.</summary>
/// <param name="metadata">Where what is known of the frames goes, or null.</param>
internal sealed class EncodedPort(FrameInput input, MetadataJson? metadata)
{
    private readonly VideoShape? _video = (input.Caps as VideoCaps)?.Shape().WithKnownRate(input.Name);
    private readonly AudioShape? _audio = (input.Caps as AudioCaps)?.Shape();

    public string Name => input.Name;

    public VideoShape? Video => _video;

    public AudioShape? Audio => _audio;

    public SequenceLedger Ledger { get; } = new();

    /// <summary>Moves frames until the port's stream ends.</summary>
    public void Pump(PipeEnd pipe, CancellationToken stopping)
    {
        while (input.Receive(stopping) is { } frame)
        {
            using (frame)
            {
                Check(frame);
                FramePipe.Write(pipe, frame.Payload, stopping);
                Ledger.Add(frame.Stream, frame.Sequence, frame.Payload.Length);
                metadata?.Add(frame.Identity, frame.PresentationTimeNs, frame.DurationNs, frame.Metadata);
            }
        }
    }

    // One byte too few, and every later picture would be torn.
    private void Check(Frame frame)
    {
        var lengthBytes = frame.Payload.Length;
        var fits = _video is not null ? lengthBytes == _video.FrameBytes : lengthBytes % _audio!.SampleBytes == 0;
        if (!fits || frame.PayloadCount != 1)
            throw new MediaException($"frame {frame.Identity} of port '{Name}' has {lengthBytes} bytes, which does not fit {(object?)_video ?? _audio}");
    }
}
