namespace K8sMediaFlow.Links.Liveness;

/// <summary>
/// When to say that one lives, and when the other end no longer does. A value with time given from outside (nanoseconds, monotonic).
/// </summary>
/// <remarks>
/// A process that was stopped for long finds its peer's heartbeats unread, not absent: a late tick moves the limit by what it was late.
/// </remarks>
internal struct Heartbeats(long intervalNanoseconds, long silenceMaxNanoseconds, long nowNanoseconds)
{
    private long _nextBeat = nowNanoseconds;
    private long _heard = nowNanoseconds;
    private long _ticked = nowNanoseconds;

    /// <summary>Last measured round trip; 0 before the first.</summary>
    public long RoundTripNanoseconds { get; private set; }

    /// <summary>Anything valid came from the peer.</summary>
    public void Heard(long now) => _heard = Math.Max(_heard, now);

    /// <summary>The peer repeated our time after holding it for so long. Impossible values are ignored: it is the peer's word.</summary>
    public void Echoed(long sentAt, long heldNanoseconds, long now)
    {
        var roundTrip = now - sentAt - heldNanoseconds;
        if (sentAt > 0 && heldNanoseconds >= 0 && roundTrip > 0 && now >= sentAt)
            RoundTripNanoseconds = roundTrip;
    }

    /// <summary>Nothing heard for too long. To be asked at least once per interval.</summary>
    public bool IsSilent(long now) => Silence(now) > silenceMaxNanoseconds;

    /// <summary>For how long nothing was heard, as far as this end was there to hear it. To be asked at least once per interval.</summary>
    public long Silence(long now)
    {
        var late = now - _ticked - (2 * intervalNanoseconds);
        _ticked = now;
        if (late > 0)
            _heard = Math.Min(now, _heard + late);
        return now - _heard;
    }

    /// <summary>A heartbeat is due; the next one then is an interval later.</summary>
    public bool TryBeat(long now)
    {
        if (now < _nextBeat)
            return false;
        _nextBeat = now + intervalNanoseconds;
        return true;
    }

    /// <summary>How long until something is to be done.</summary>
    public readonly long NanosecondsToNextBeat(long now) => Math.Max(0, _nextBeat - now);
}
