namespace K8sMediaFlow.Staging.Ports;

/// <summary>One stream in a reorder window.</summary>
internal sealed class ReorderStream(int channelsMax)
{
    public readonly SequenceHeap Held = new();

    /// <summary>Per channel, the highest sequence that it has brought or explained.</summary>
    public readonly ulong[] HighWater = new ulong[channelsMax];

    public ulong Id;

    /// <summary>Order of appearance: a channel that has moved on to a younger stream has passed all of this one.</summary>
    public ulong Born;
    public ulong Next = 1;
    public bool Started;
    public bool SawReplay;

    /// <summary>When the hole in front was first met, 0 while there is none.</summary>
    public long HoleSinceNs;

    public bool HasHole => Held.Count > 0 && Held.Top.First > Next;

    public void Reset(ulong id, ulong born)
    {
        Array.Clear(HighWater);
        (Id, Born, Next, Started, SawReplay, HoleSinceNs) = (id, born, 1, false, false, 0);
    }
}
