using System.Security.Cryptography.X509Certificates;

namespace K8sMediaFlow.Fabric;

/// <summary>Who this end of a connection is, and who the other end has to be.</summary>
/// <param name="Certificate">This end's own, with its private key.</param>
/// <param name="Authorities">The peer's chain must end in one of these.</param>
/// <param name="Peers">URI SANs, one of which the peer's certificate must carry.</param>
public sealed record FabricIdentity(X509Certificate2 Certificate, X509Certificate2Collection Authorities, IReadOnlyList<string> Peers);
