namespace K8sMediaFlow.Staging.Delivery;

/// <summary>One stream in a reorder window.</summary>
internal sealed class ReorderStream
{
    public readonly SequenceHeap Held = new();

    private ulong[] _highWater = new ulong[4];

    public ulong Id;

    /// <summary>Order of appearance: a channel that has moved on to a younger stream has passed all of this one.</summary>
    public ulong Born;
    public ulong Next = 1;
    public bool Started;
    public bool SawReplay;

    /// <summary>The last sequence in front of the first item: these were passed, and no notice said so.</summary>
    public ulong PassedInSilence;

    /// <summary>When the hole in front was first met, 0 while there is none.</summary>
    public long HoleSinceNs;

    // On the window's clock, which stands while nobody looks.
    private long _frameCameNs, _pauseBeganNs, _pauseMaxNs;

    public bool HasHole => Held.Count > 0 && Held.Top.First > Next;

    /// <summary>The highest sequence that a channel has brought or explained.</summary>
    public ulong HighWaterOf(int channel) => channel < _highWater.Length ? _highWater[channel] : 0;

    public void Brought(int channel, ulong last)
    {
        if (channel >= _highWater.Length)
            Array.Resize(ref _highWater, Math.Max(channel + 1, 2 * _highWater.Length));
        _highWater[channel] = Math.Max(_highWater[channel], last);
    }

    public void FrameCame(long watchedNs)
    {
        // Behind a hole the channels may be full, and their silence our doing. One long pause, of a stream that rested, is forgotten after
        // some tens of frames.
        if (!HasHole)
            _pauseMaxNs = Math.Max(watchedNs - _pauseBeganNs, _pauseMaxNs - (_pauseMaxNs / 16));
        _frameCameNs = _pauseBeganNs = watchedNs;
    }

    /// <summary>What comes next was held up by the hole; what is silent stays so, for all holes of what is held.</summary>
    public void HolePassed(long watchedNs) => (HoleSinceNs, _pauseBeganNs) = (0, watchedNs);

    /// <summary>Whether no frame has come for so long, and for much longer than is usual.</summary>
    public bool IsQuiet(long watchedNs, long quietNs, int pauses) =>
        watchedNs - _frameCameNs >= Math.Max(quietNs, pauses * _pauseMaxNs);

    /// <summary>A successor of the channel begins anew.</summary>
    public void Forget(int channel)
    {
        if (channel < _highWater.Length)
            _highWater[channel] = 0;
    }

    public void Reset(ulong id, ulong born, long watchedNs)
    {
        Array.Clear(_highWater);
        (_frameCameNs, _pauseBeganNs, _pauseMaxNs) = (watchedNs, watchedNs, 0);
        (Id, Born, Next, Started, SawReplay, PassedInSilence, HoleSinceNs) = (id, born, 1, false, false, 0, 0);
    }
}
