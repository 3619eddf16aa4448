#pragma warning disable CA1051 // Fields: FrameInfo says why.
namespace K8sMediaFlow.Messages;

/// <summary>
/// What the envelope says of a frame, apart from its free metadata. A plain value: it holds nothing of the message.
/// Fields, not properties: copies of the nested values cost a third of what reading a message takes.
/// </summary>
public struct FrameInfo
{
    /// <summary>With <see cref="Sequence"/>, the frame's identity.</summary>
    public ulong Stream;

    /// <summary>1, 2, 3 … within the stream.</summary>
    public ulong Sequence;

    /// <summary>Wall clock at the source in nanoseconds since 1970. A label: nothing is computed from it.</summary>
    public long CaptureTimeWallNs;

    /// <summary>Nanoseconds since the start of the stream.</summary>
    public long PresentationTimeNs;

    /// <summary>How long the frame is shown or heard, in nanoseconds; 0 if unknown.</summary>
    public long DurationNs;

    /// <summary>Both times without rounding, where the source said them so.</summary>
    public TimingInfo Timing;

    /// <summary>Which of the three following is meant.</summary>
    public MediaKind Kind;

    public VideoInfo Video;

    public AudioInfo Audio;

    public EncodedInfo Encoded;
}
