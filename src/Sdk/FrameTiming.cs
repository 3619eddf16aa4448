namespace K8sMediaFlow.Sdk;

/// <summary>When a frame is shown and for how long, as its source has it. Times are never rounded on their way.</summary>
/// <param name="PresentationTicks">Since the start of the stream, in ticks of the base.</param>
/// <param name="DurationTicks">In ticks of the base; 0 where it is not known.</param>
/// <param name="Base">How long a tick is.</param>
public readonly record struct FrameTiming(long PresentationTicks, long DurationTicks, TimeBase Base)
{
    /// <summary>The presentation time in nanoseconds, rounded to the nearest.</summary>
    public long PresentationTimeNs => Base.ToNanoseconds(PresentationTicks);

    /// <summary>The duration in nanoseconds, rounded to the nearest.</summary>
    public long DurationNs => Base.ToNanoseconds(DurationTicks);
}
