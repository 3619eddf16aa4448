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

    /// <summary>When the hole in front was first met, 0 while there is none.</summary>
    public long HoleSinceNs;

    public bool HasHole => Held.Count > 0 && Held.Top.First > Next;

    /// <summary>The highest sequence that a channel has brought or explained.</summary>
    public ulong HighWaterOf(int channel) => channel < _highWater.Length ? _highWater[channel] : 0;

    public void Brought(int channel, ulong last)
    {
        if (channel >= _highWater.Length)
            Array.Resize(ref _highWater, Math.Max(channel + 1, 2 * _highWater.Length));
        _highWater[channel] = Math.Max(_highWater[channel], last);
    }

    /// <summary>A successor of the channel begins anew.</summary>
    public void Forget(int channel)
    {
        if (channel < _highWater.Length)
            _highWater[channel] = 0;
    }

    public void Reset(ulong id, ulong born)
    {
        Array.Clear(_highWater);
        (Id, Born, Next, Started, SawReplay, HoleSinceNs) = (id, born, 1, false, false, 0);
    }
}
