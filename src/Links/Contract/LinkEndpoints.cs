using System.Net;

namespace K8sMediaFlow.Links.Contract;

/// <summary>What the plan says of an outbound link.</summary>
/// <param name="Pipeline">"namespace/pipeline".</param>
/// <param name="Edge">Name of the edge.</param>
/// <param name="Pod">This pod.</param>
/// <param name="PeerPod">The pod that is dialled.</param>
/// <param name="PeerAddress">Its address, numeric.</param>
/// <param name="PeerPort">Its link port.</param>
/// <param name="PeerIdentities">URI SANs, one of which its certificate must carry.</param>
/// <param name="OwnAddress">Where it is dialled from, as the peer's plan has this pod; null: as the routes say.</param>
public sealed record OutboundEndpoint(
    string Pipeline, string Edge, string Pod, string PeerPod, string PeerAddress, int PeerPort, IReadOnlyList<string> PeerIdentities,
        string? OwnAddress = null)
{
    /// <summary>The plan has the peer's address; the placeholder for "not known yet" would reach this very pod.</summary>
    internal bool IsKnown =>
        !IPAddress.TryParse(PeerAddress, out var address) || !(address.Equals(IPAddress.Any) || address.Equals(IPAddress.IPv6Any));

    /// <summary>Whether a connection that was opened to the other endpoint is right for this one too.</summary>
    internal bool Holds(OutboundEndpoint other) =>
        PeerAddress == other.PeerAddress && PeerPort == other.PeerPort && other.PeerIdentities.All(PeerIdentities.Contains);
}

/// <summary>What the plan says of an inbound link.</summary>
/// <param name="Pipeline">"namespace/pipeline".</param>
/// <param name="Edge">Name of the edge.</param>
/// <param name="PeerPod">The pod that dials.</param>
/// <param name="PeerIdentities">URI SANs, one of which its certificate must carry.</param>
/// <param name="PeerAddress">Where the pod is, numeric; null where it is not known.</param>
public sealed record InboundEndpoint(string Pipeline, string Edge, string PeerPod, IReadOnlyList<string> PeerIdentities,
    string? PeerAddress = null)
{
    /// <summary>Whether the plan has the peer there.</summary>
    internal bool IsAt(IPAddress? address) =>
        address is not null && FormerAddresses.Plain(address).Equals(FormerAddresses.Read(PeerAddress));
}
