using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Staging.Delivery;

/// <summary>A frame or gap notice that was popped and is not done.</summary>
internal struct Arrival
{
    public FrameDescriptor Descriptor;
    public FanInChannel Channel;
    public bool IsReturned;

    /// <summary>When it was handed out; 0 before that, and of what is no frame.</summary>
    public long TakenAtNs;

    /// <summary>The first of the duplicates that are done when this one is; -1 if none.</summary>
    public int Echo;
}
