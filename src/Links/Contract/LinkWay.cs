using K8sMediaFlow.Fabric;

namespace K8sMediaFlow.Links.Contract;

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
