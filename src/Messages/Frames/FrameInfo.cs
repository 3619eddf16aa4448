namespace K8sMediaFlow.Messages;

/// <summary>What the envelope says of a frame, apart from its free metadata. A plain value: it holds nothing of the message.</summary>
public struct FrameInfo
{
    /// <summary>With <see cref="Sequence"/>, the frame's identity.</summary>
    public ulong Stream { get; set; }

    /// <summary>1, 2, 3 … within the stream.</summary>
    public ulong Sequence { get; set; }

    /// <summary>Wall clock at the source in nanoseconds since 1970. A label: nothing is computed from it.</summary>
    public long CaptureTimeWallNs { get; set; }

    /// <summary>Nanoseconds since the start of the stream.</summary>
    public long PresentationTimeNs { get; set; }

    /// <summary>How long the frame is shown or heard, in nanoseconds; 0 if unknown.</summary>
    public long DurationNs { get; set; }

    /// <summary>Which of the three following is meant.</summary>
    public MediaKind Kind { get; set; }

    public VideoInfo Video { get; set; }

    public AudioInfo Audio { get; set; }

    public EncodedInfo Encoded { get; set; }
}
