using K8sMediaFlow.Fabric;

namespace K8sMediaFlow.Links.Fabrics;

/// <summary>What links can travel over. Asked anew for each epoch, and during one: devices go and come back. Any thread.</summary>
public interface ILinkFabrics
{
    FabricsNow Now { get; }
}

/// <summary>The fabrics that can be used at one moment.</summary>
/// <param name="Usable">The better first; empty where the plan asks for one that cannot be used.</param>
/// <param name="Missing">Why a better one is not among them, in words; empty where nothing is missing.</param>
public sealed record FabricsNow(IReadOnlyList<LinkFabric> Usable, string Missing)
{
    /// <summary>The place of a kind, or -1.</summary>
    public int RankOf(FabricKind kind)
    {
        for (var rank = 0; rank < Usable.Count; rank++)
        {
            if (Usable[rank].Kind == kind)
                return rank;
        }
        return -1;
    }
}

/// <summary>A fabric for dialling, and its listener for accepting.</summary>
public sealed record LinkFabric(IFabric Fabric, IFabricListener Listener)
{
    public FabricKind Kind => Fabric.Kind;
}
