using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Staging.Regions;

/// <summary>How many blocks one output port may have at a time: a blocked edge then takes nothing from another.</summary>
public sealed class BlockQuota
{
    private int _inUse;

    public BlockQuota(int limitBlocks)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limitBlocks);
        LimitBlocks = limitBlocks;
    }

    public int LimitBlocks { get; }

    public int InUseBlocks => Volatile.Read(ref _inUse);

    internal bool TryEnter()
    {
        // A look first: at the limit, a waiting producer that asks again and again would else write a line that releasers need.
        if (Volatile.Read(ref _inUse) >= LimitBlocks)
            return false;
        if (Interlocked.Increment(ref _inUse) <= LimitBlocks)
            return true;
        Interlocked.Decrement(ref _inUse);
        return false;
    }

    internal void Leave() => Invariant.That(Interlocked.Decrement(ref _inUse) >= 0);
}
