#pragma warning disable CA1051 // Fields: FrameInfo says why.
namespace K8sMediaFlow.Messages;

/// <summary>The times of a frame as its source has them: ticks of a time base, a fraction of seconds. Nothing is rounded.</summary>
public struct TimingInfo
{
    /// <summary>Seconds of one tick, counted in <see cref="BaseDenominator"/>; 0 where only nanoseconds are known.</summary>
    public int BaseNumerator;

    /// <summary>0 where only nanoseconds are known.</summary>
    public int BaseDenominator;

    /// <summary>Since the start of the stream.</summary>
    public long PresentationTicks;

    /// <summary>0 if unknown.</summary>
    public long DurationTicks;

    /// <summary>Whether the source said its times so.</summary>
    public readonly bool IsKnown => BaseDenominator > 0;

    /// <summary>A base has both parts or none, and neither is negative.</summary>
    internal readonly bool IsSound => (BaseNumerator | BaseDenominator) >= 0 && BaseNumerator > 0 == BaseDenominator > 0;
}
