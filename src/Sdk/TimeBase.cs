namespace K8sMediaFlow.Sdk;

/// <summary>How long one tick of a stream's clock is: a fraction of a second. 1/90000 in a transport stream, 1/48000 for samples.</summary>
/// <param name="Numerator">Seconds …</param>
/// <param name="Denominator">… divided by this. Both are greater than 0.</param>
public readonly record struct TimeBase(int Numerator, int Denominator)
{
    private const int NanosecondsPerSecond = 1_000_000_000;

    /// <summary>One tick is a nanosecond.</summary>
    public static TimeBase Nanoseconds { get; } = new(1, NanosecondsPerSecond);

    /// <summary>Nanoseconds of so many ticks, rounded to the nearest.</summary>
    public long ToNanoseconds(long ticks) => this == Nanoseconds ? ticks : Nanoseconds.FromTicks(ticks, this);

    /// <summary>
    /// Ticks of this base for ticks of another: the nearest, and the same time where this base can say it. What 64 bits cannot hold
    /// becomes the greatest or the least that they can.
    /// </summary>
    public long FromTicks(long ticks, TimeBase other)
    {
        var (up, down) = ((Int128)other.Numerator * Denominator, (Int128)other.Denominator * Numerator);
        var nearest = (2 * (Int128)ticks * up + (ticks < 0 ? -down : down)) / (2 * down);
        return (long)Int128.Clamp(nearest, long.MinValue, long.MaxValue);
    }

    /// <inheritdoc/>
    public override string ToString() => $"{Numerator}/{Denominator}";
}
