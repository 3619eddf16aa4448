namespace K8sMediaFlow.Messages;

/// <summary>A run of raw sound.</summary>
public struct AudioInfo
{
    /// <summary>Samples per second and channel.</summary>
    public int SampleRate { get; set; }

    public int Channels { get; set; }

    public SampleFormat SampleFormat { get; set; }

    /// <summary>Samples per channel in this frame.</summary>
    public int SampleCount { get; set; }
}
