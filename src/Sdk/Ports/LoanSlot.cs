using K8sMediaFlow.Sdk.Memory;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Sdk.Ports;

/// <summary>
/// What is behind a <see cref="FrameLoan"/>. Used again for one loan after the other; a handle knows by <see cref="Life"/> whether it is
/// still its own.
/// </summary>
internal sealed class LoanSlot(MediaOperatorCore core)
{
    private long _life;

    public long? PresentationTimeNs;
    public long? DurationNs;
    public FrameTiming? Timing;
    public long? CaptureTimeWallNs;

    public MediaOperatorCore Core => core;

    /// <summary>Moves on when the loan is sent or given back.</summary>
    public long Life => Volatile.Read(ref _life);

    public OutputPort Port { get; private set; } = null!;

    public FrameCaps? Caps { get; private set; }

    public FrameMetadata Metadata { get; } = new();

    public OwnRegion Region { get; private set; } = null!;

    public BlockRef EnvelopeBlock { get; private set; }

    public BlockRef PayloadBlock { get; private set; }

    public int PayloadBytes { get; set; }

    public Span<byte> Payload => PayloadBytes == 0 ? default : Region.Writer.Memory(PayloadBlock)[..PayloadBytes];

    public IReadOnlyList<PlaneLayout> Planes => Caps is VideoCaps video ? video.Planes : [];

    public void Open(OutputPort port, FrameCaps? caps, OwnRegion region, BlockRef envelope, BlockRef payload, int payloadBytes)
    {
        (Port, Caps, Region, EnvelopeBlock, PayloadBlock, PayloadBytes) = (port, caps, region, envelope, payload, payloadBytes);
        (PresentationTimeNs, DurationNs, Timing, CaptureTimeWallNs) = (null, null, null, null);
        Metadata.Clear();
        region.Use();
        port.Reserve();
    }

    /// <summary>
    /// Readers take an envelope whose planes lie outside the payload for a breach of the protocol, and its sender would be banned for
    /// it.
    /// </summary>
    public void CheckPlanes()
    {
        if (Planes is [.., var last] && last.OffsetBytes + last.LengthBytes > PayloadBytes)
            throw new InvalidOperationException(
                $"The loan of output '{Port.Plan.Name}' has {PayloadBytes} bytes, a picture of its caps has {last.OffsetBytes + last.LengthBytes}.");
    }

    /// <summary>As <see cref="CheckPlanes"/>: readers refuse such an envelope.</summary>
    public void CheckTiming()
    {
        if (Timing is { Base: not { Numerator: > 0, Denominator: > 0 } } timing)
            throw new InvalidOperationException(
                $"The time base {timing.Base} of a frame on output '{Port.Plan.Name}' is not valid: both parts are greater than 0.");
    }

    /// <summary>The blocks belong to a frame that was sent, or are free. Under the operator's lock, as what follows.</summary>
    public void Close()
    {
        Port.Unreserve();
        Volatile.Write(ref _life, _life + 1);
        core.Give(this);
    }

    public void GiveBack()
    {
        Region.Release(EnvelopeBlock);
        if (PayloadBlock != default)
            Region.Release(PayloadBlock);
        Region.Leave();
        Close();
        // Another caller may take the room now, and no ring of a peer says so.
        core.Doorbell.Wake();
    }
}
