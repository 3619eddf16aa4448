using System.Security.Cryptography.X509Certificates;
using K8sMediaFlow.Fabric;

namespace K8sMediaFlow.Links.Contract;

/// <summary>
/// What one end shows and whom it trusts. Handed over as a function wherever it is used, so that renewed files count from the next
/// connection on.
/// </summary>
/// <param name="Certificate">Own leaf, with its private key.</param>
/// <param name="Authorities">Roots that a peer's chain may end in; more than one while they change.</param>
public sealed record LinkCredentials(X509Certificate2 Certificate, X509Certificate2Collection Authorities)
{
    /// <summary>The same for a data connection, with those that its peer may be.</summary>
    internal FabricIdentity Towards(IReadOnlyList<string> peers) => new(Certificate, Authorities, peers);
}
