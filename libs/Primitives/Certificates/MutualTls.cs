using System.Net.Security;
using System.Runtime.CompilerServices;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace K8sMediaFlow.Primitives.Certificates;

/// <summary>
/// TLS 1.3 with a certificate at both ends, as every connection between sidecars has it. Nothing of it is kept for a later connection: a
/// certificate that is renewed counts from the next one on.
/// </summary>
public static class MutualTls
{
    // One for all connections of a process, until its certificate is renewed.
    private static readonly ConditionalWeakTable<X509Certificate2, SslStreamCertificateContext> s_contexts = [];

    /// <summary>The dialling end's settings.</summary>
    /// <param name="own">Leaf with its private key.</param>
    public static SslClientAuthenticationOptions Client(X509Certificate2 own) => new()
    {
        // Pods are dialled by address; the identity is in the URI SAN, the name only has to be something.
        TargetHost = "k8smediaflow",
        ClientCertificateContext = ContextOf(own),
        EnabledSslProtocols = SslProtocols.Tls13,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        AllowTlsResume = false,
    };

    /// <summary>The accepting end's settings.</summary>
    /// <param name="own">Leaf with its private key.</param>
    public static SslServerAuthenticationOptions Server(X509Certificate2 own) => new()
    {
        ServerCertificateContext = ContextOf(own),
        ClientCertificateRequired = true,
        EnabledSslProtocols = SslProtocols.Tls13,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        AllowTlsResume = false,
    };

    /// <summary>
    /// Checks authority and time only: the identity is checked when the handshake is over, so that each has its own reason.
    /// </summary>
    /// <param name="authorities">A chain must end in one of these.</param>
    /// <param name="refused">Hears why a peer is refused.</param>
    public static RemoteCertificateValidationCallback Chain(X509Certificate2Collection authorities, Action<string> refused) =>
        (_, certificate, _, _) =>
        {
            var verdict = IdentityChecks.CheckChain(certificate, authorities);
            if (!verdict.Accepted)
                refused(verdict.Reason);
            return verdict.Accepted;
        };

    private static SslStreamCertificateContext ContextOf(X509Certificate2 certificate) =>
        s_contexts.GetValue(certificate, static own => SslStreamCertificateContext.Create(own, null, offline: true));
}
