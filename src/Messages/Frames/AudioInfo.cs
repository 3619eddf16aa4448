#pragma warning disable CA1051 // Fields: FrameInfo says why.
namespace K8sMediaFlow.Messages;

/// <summary>A run of raw sound.</summary>
public struct AudioInfo
{
    /// <summary>Samples per second and channel.</summary>
    public int SampleRate;

    public int Channels;

    public SampleFormat SampleFormat;

    /// <summary>Samples per channel in this frame.</summary>
    public int SampleCount;
}
