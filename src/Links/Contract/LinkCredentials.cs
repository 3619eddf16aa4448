using System.Security.Cryptography.X509Certificates;

namespace K8sMediaFlow.Links.Contract;

/// <summary>
/// What one end shows and whom it trusts. Handed over as a function wherever it is used, so that renewed files count from the next
/// connection on.
/// </summary>
/// <param name="Certificate">Own leaf, with its private key.</param>
/// <param name="Authorities">Roots that a peer's chain may end in; more than one while they change.</param>
public sealed record LinkCredentials(X509Certificate2 Certificate, X509Certificate2Collection Authorities);
