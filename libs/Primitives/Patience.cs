namespace K8sMediaFlow.Primitives;

/// <summary>
/// How long something has been waited for, as far as the time says anything about it. Starved is not dead: time in which one of the two
/// could not run is left out.
/// </summary>
/// <remarks>
/// Two kinds of time are left out. A look that comes late counts two steps at most: this process was stopped or had no processor, and what
/// it waits for may have come meanwhile. And time is left out that is excused, because the other one could not run. A share of that counts
/// all the same, so that a wait can have an end. Excuses may come late, but never excuse more than has passed. Not thread-safe.
/// </remarks>
public sealed class Patience
{
    private readonly long _stepNs;
    private readonly double _leastShare;
    private readonly Func<TimeSpan> _excuse;
    private readonly Func<long> _clock;
    private long _beganNs, _lookedNs;
    private double _countedNs, _excusedNs;
    private TimeSpan _excuseSeen;

    /// <param name="step">A look is due at least this often.</param>
    /// <param name="excuse">How long the other one could not run, in total since any moment.</param>
    /// <param name="leastShare">The part of excused time that counts, 0 to 1.</param>
    /// <param name="clock">Nanoseconds, monotonic; null: the machine's.</param>
    public Patience(TimeSpan step, Func<TimeSpan> excuse, double leastShare = 0, Func<long>? clock = null)
    {
        Invariant.That(step > TimeSpan.Zero && leastShare is >= 0 and <= 1);
        (_stepNs, _leastShare, _excuse) = ((long)step.TotalNanoseconds, leastShare, excuse);
        _clock = clock ?? (static () => MonotonicClock.Nanoseconds);
        Begin();
    }

    /// <summary>The time that counts, as of the last look.</summary>
    public TimeSpan Waited => Span(Math.Max(_countedNs * _leastShare, _countedNs - _excusedNs));

    /// <summary>All the time until the last look.</summary>
    public TimeSpan Elapsed => Span(_lookedNs - _beganNs);

    /// <summary>Nothing has been waited for yet.</summary>
    public void Begin()
    {
        _beganNs = _lookedNs = _clock();
        (_countedNs, _excusedNs, _excuseSeen) = (0, 0, _excuse());
    }

    /// <summary>Counts the time since the last look.</summary>
    /// <param name="isExcused">All of it is excused.</param>
    /// <returns><see cref="Waited"/>.</returns>
    public TimeSpan Look(bool isExcused = false)
    {
        var (now, excuse) = (_clock(), _excuse());
        var counted = Math.Min(now - _lookedNs, 2 * _stepNs);
        // Less than before where a part of the other one has ended.
        var excused = isExcused ? counted : Math.Max(0, (excuse - _excuseSeen).TotalNanoseconds);
        _countedNs += counted;
        _excusedNs = Math.Min(_countedNs, _excusedNs + excused);
        (_lookedNs, _excuseSeen) = (now, excuse);
        return Waited;
    }

    private static TimeSpan Span(double nanoseconds) => TimeSpan.FromTicks((long)(nanoseconds / 100));
}
