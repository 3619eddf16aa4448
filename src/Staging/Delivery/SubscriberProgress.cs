namespace K8sMediaFlow.Staging.Delivery;

/// <summary>
/// Whether a consumer that has something gives anything back, and how long it has taken for that at most. Slow is not dead: a consumer that
/// has been silent for a minute before is not suspected after five seconds. The clock is read by the caller, now and then, not per frame.
/// </summary>
internal sealed class SubscriberProgress
{
    private const int Patiences = 4;

    private bool _hasBeaten, _isWaitedFor;
    private long _silentSinceNs, _longestNs, _lastBeatNs = long.MinValue / 2;

    /// <summary>A new consumer.</summary>
    public void Begin() => (_hasBeaten, _isWaitedFor, _silentSinceNs, _longestNs, _lastBeatNs) = (false, false, 0, 0, long.MinValue / 2);

    /// <summary>Something was given back.</summary>
    public void Beat() => _hasBeaten = true;

    /// <summary>A look at it.</summary>
    /// <param name="nowNs">Monotonic time.</param>
    /// <param name="hasFrames">Something could be given back.</param>
    public void Look(long nowNs, bool hasFrames)
    {
        if (_hasBeaten)
            _lastBeatNs = nowNs;
        else if (hasFrames && _isWaitedFor)
            return;
        if (_hasBeaten && _isWaitedFor)
            _longestNs = Math.Max(_longestNs, nowNs - _silentSinceNs);
        (_hasBeaten, _isWaitedFor, _silentSinceNs) = (false, hasFrames, nowNs);
    }

    /// <summary>Whether it gave anything back in the time before the last look.</summary>
    public bool HasBeatenIn(long nowNs, long timeNs) => nowNs - _lastBeatNs < timeNs;

    /// <summary>Whether it has had something for so long, and far longer than ever before, without giving anything back.</summary>
    public bool StandsStill(long nowNs, long patienceNs) =>
        _isWaitedFor && nowNs - _silentSinceNs >= Math.Max(patienceNs, Patiences * _longestNs);
}
