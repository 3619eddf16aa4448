using K8sMediaFlow.Fabric;
using K8sMediaFlow.Messages;

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
    /// <summary>
    /// The oldest link protocol that these can be spoken of in. A peer that knows none with TLS would hear of no fabric at all, and is
    /// refused by its version.
    /// </summary>
    public ushort ProtocolLowest => Usable.Count > 0 && Usable.All(one => one.Kind == FabricKind.TcpTls)
        ? LinkMessage.ProtocolOfTls
        : LinkMessage.ProtocolOldest;

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
