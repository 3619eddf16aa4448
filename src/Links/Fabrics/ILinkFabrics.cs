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

/// <summary>What carries an epoch, and why nothing better does.</summary>
/// <param name="Reason">In words; empty where it is the best that the plan allows.</param>
public sealed record LinkWay(FabricKind Kind, string Reason)
{
    /// <summary>What this end and the other one have to say, of which either may have nothing.</summary>
    public static string Because(string own, string peers) => (own, peers) switch
    {
        ("", "") => "",
        (_, "") => own,
        ("", _) => "the peer: " + peers,
        _ => $"{own}; the peer: {peers}",
    };
}
