using K8sMediaFlow.Fabric;

namespace K8sMediaFlow.Links.Simulation.Tests.Faults;

/// <summary>What is wrong on purpose, in a double of the test: the simulation has to find it.</summary>
internal enum PlantedBug
{
    None,

    /// <summary>The end of a link says done as soon as it has a frame, and not when its consumer is done.</summary>
    EarlyAcknowledgement,

    /// <summary>The receiving end of the fabric ends without keeping the sender from writing.</summary>
    SkippedFence,

    /// <summary>The end of a link loses a block that the link gives back.</summary>
    LeakedBlock,
}

/// <summary>A receiver that does not fence: what is under way lands, whatever its blocks are used for by then.</summary>
internal sealed class UnfencedReceiver(IFabricReceiver inner) : IFabricReceiver
{
    private bool _isAborted;

    public int GrantsMax => inner.GrantsMax;

    public void Grant(uint slot, long offsetBytes, int sizeBytes) => inner.Grant(slot, offsetBytes, sizeBytes);

    public bool TryReceive(out Landing landing, TimeSpan wait) => _isAborted
        ? throw new FabricException(FabricError.Aborted, "the receiver was aborted")
        : inner.TryReceive(out landing, wait);

    public void Abort() => _isAborted = true;

    public void Dispose() => Abort();
}
