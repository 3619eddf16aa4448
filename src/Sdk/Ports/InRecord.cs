using K8sMediaFlow.Sdk.Memory;

namespace K8sMediaFlow.Sdk.Ports;

/// <summary>A frame or gap notice that was taken from an input's merge and is not done.</summary>
internal struct InRecord
{
    public InputPort Port;

    /// <summary>Its number in the port's merge.</summary>
    public int Number;

    /// <summary>Its number in the ledger.</summary>
    public int Ledger;

    /// <summary>Bit per output that a frame of its identity went out on.</summary>
    public ulong SentOn;

    /// <summary>The user's view of it while it is held; null for a notice.</summary>
    public FrameSlot? Frame;

    public ForeignRegion? Region0;
    public ForeignRegion? Region1;
    public ForeignRegion? Region2;

    public void LeaveRegions()
    {
        Region0?.Leave();
        Region1?.Leave();
        Region2?.Leave();
        (Region0, Region1, Region2) = (null, null, null);
    }
}
