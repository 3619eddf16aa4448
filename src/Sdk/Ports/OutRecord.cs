using K8sMediaFlow.Sdk.Memory;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Sdk.Ports;

/// <summary>Something that went out on a port and is not done: whose memory it uses, and which output of the ledger it is.</summary>
internal struct OutRecord
{
    /// <summary>Number in the ledger, -1 for what derives from nothing.</summary>
    public int Ledger;
    public ulong Stream;
    public ulong Sequence;

    /// <summary>The region of its own blocks; null for a notice.</summary>
    public OwnRegion? Own;
    public int OwnBlocks;
    public BlockRef Block0;
    public BlockRef Block1;
    public BlockRef Block2;

    /// <summary>The regions that a forward's payload segments are in.</summary>
    public ForeignRegion? Foreign0;
    public ForeignRegion? Foreign1;

    /// <summary>The larger of those segments, in bytes.</summary>
    public int ForeignBytes;

    /// <summary>Whether all of it lies in memory that the present consumers can be told of.</summary>
    public readonly bool IsIn(OwnRegion? region) => Own == region && Foreign0 is not { IsStale: true } && Foreign1 is not { IsStale: true };

    public void Release()
    {
        if (Own is { } own)
        {
            if (OwnBlocks > 0)
                own.Release(Block0);
            if (OwnBlocks > 1)
                own.Release(Block1);
            if (OwnBlocks > 2)
                own.Release(Block2);
            own.Leave();
        }
        Foreign0?.Leave();
        Foreign1?.Leave();
        (Own, Foreign0, Foreign1) = (null, null, null);
    }

    public void Keep(BlockRef block)
    {
        if (OwnBlocks == 0)
            Block0 = block;
        else if (OwnBlocks == 1)
            Block1 = block;
        else
            Block2 = block;
        OwnBlocks++;
    }
}
