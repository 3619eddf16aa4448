using K8sMediaFlow.MediaOperators.Bridging;
using K8sMediaFlow.MediaOperators.Media;
using K8sMediaFlow.Native;
using K8sMediaFlow.Sdk;

namespace K8sMediaFlow.MediaOperators.Decode;

/// <summary>An output port that is filled from one pipe of ffmpeg, frame by frame, until the pipe ends.</summary>
internal abstract class DecodedPort(FrameOutput output)
{
    public string Name => output.Name;

    /// <summary>Whole frames sent so far.</summary>
    public long FramesSent { get; private set; }

    /// <summary>Bytes of the last frame that had come when the pipe ended within it.</summary>
    public int TornBytes { get; protected set; }

    /// <summary>Null for a port of another kind; exactly one of the two is set.</summary>
    public virtual VideoShape? Video => null;

    /// <summary>Null for a port of another kind; exactly one of the two is set.</summary>
    public virtual AudioShape? Audio => null;

    /// <summary>Moves frames until the pipe ends. The wait for a loan is where back-pressure is felt, and only here.</summary>
    public void Pump(PipeEnd pipe, CancellationToken stopping)
    {
        while (true)
        {
            using var loan = output.Loan(stopping);
            var filledBytes = FramePipe.Read(pipe, loan.Payload, stopping);
            var isWhole = filledBytes == loan.Payload.Length;
            if (!Label(loan, FramesSent, filledBytes, isWhole))
                return;
            loan.Send();
            FramesSent++;
            if (!isWhole)
                return;
        }
    }

    public void Complete() => output.Complete();

    /// <summary>Says what the frame is. False: it is not one and must not be sent.</summary>
    protected abstract bool Label(FrameLoan loan, long index, int filledBytes, bool isWhole);
}

internal sealed class DecodedVideoPort(FrameOutput output, VideoShape shape) : DecodedPort(output)
{
    public override VideoShape Video => shape;

    protected override bool Label(FrameLoan loan, long index, int filledBytes, bool isWhole)
    {
        if (!isWhole)
            TornBytes = filledBytes;
        loan.PresentationTimeNs = shape.Rate.TimeNs(index);
        loan.DurationNs = shape.Rate.DurationNs(index);
        return isWhole;
    }
}

internal sealed class DecodedAudioPort(FrameOutput output, AudioShape shape) : DecodedPort(output)
{
    public override AudioShape Audio => shape;

    // The last frame has the samples that are left.
    protected override bool Label(FrameLoan loan, long index, int filledBytes, bool isWhole)
    {
        var samples = filledBytes / shape.SampleBytes;
        var firstSample = index * shape.SamplesPerFrame;
        TornBytes = filledBytes % shape.SampleBytes;
        loan.PresentationTimeNs = shape.TimeNs(firstSample);
        loan.DurationNs = shape.TimeNs(firstSample + samples) - shape.TimeNs(firstSample);
        if (!isWhole && samples > 0)
            loan.Shorten(samples * shape.SampleBytes);
        return samples > 0;
    }
}
