using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using K8sMediaFlow.Control.Certificates;

namespace K8sMediaFlow.Operator.Certificates;

/// <summary>
/// An authority that is ready to issue. Read once per key pair: reading it took longer than issuing, and a thousand pipelines ask for it at
/// once.
/// </summary>
internal sealed class Issuer
{
    private static readonly ConditionalWeakTable<KeyPair, Issuer> Known = [];

    private readonly CertificateAuthority _authority;
    private readonly Lock _lock = new();

    private Issuer(KeyPair pair)
    {
        _authority = CertificateAuthority.FromPem(pair.CertificatePem, pair.KeyPem);
        using var certificate = X509Certificate2.CreateFromPem(pair.CertificatePem);
        KeyIdentifier = certificate.Extensions.OfType<X509SubjectKeyIdentifierExtension>().First().SubjectKeyIdentifierBytes;
    }

    /// <summary>What the certificates that it issues name.</summary>
    public ReadOnlyMemory<byte> KeyIdentifier { get; }

    public static Issuer Of(KeyPair pair) => Known.GetValue(pair, static one => new(one));

    public IssuedCertificate Issue(LeafRequest leaf)
    {
        lock (_lock)
            return _authority.Issue(leaf);
    }
}
