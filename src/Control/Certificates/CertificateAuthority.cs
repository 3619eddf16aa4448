using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using K8sMediaFlow.Primitives.Certificates;

namespace K8sMediaFlow.Control.Certificates;

/// <summary>What a leaf certificate says.</summary>
/// <param name="CommonName">A label for people; nothing checks it.</param>
/// <param name="Identities">URI SANs, see <see cref="Pipelines.Planning.PeerIdentity"/>.</param>
/// <param name="Addresses">IP SANs: the pod's addresses, for clients that check the address that they dialled.</param>
public sealed record LeafRequest(
    string CommonName,
    IReadOnlyList<string> Identities,
    IReadOnlyList<IPAddress> Addresses,
    DateTimeOffset NotBefore,
    TimeSpan Validity)
{
    /// <summary>DNS SANs: for a server that the API server calls by its Service's name (a webhook).</summary>
    public IReadOnlyList<string> DnsNames { get; init; } = [];
}

/// <summary>Issues the certificates of one installation or of one local run. P-256 throughout: small, and every TLS stack has it.</summary>
public sealed class CertificateAuthority : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private readonly X509Certificate2 _certificate;

    private CertificateAuthority(X509Certificate2 certificate)
    {
        _certificate = certificate;
    }

    public string CertificatePem => _certificate.ExportCertificatePem();

    public string PrivateKeyPem()
    {
        using var key = _certificate.GetECDsaPrivateKey()!;
        return key.ExportPkcs8PrivateKeyPem();
    }

    public static CertificateAuthority Create(string commonName, DateTimeOffset notBefore, TimeSpan validity)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(Name(commonName), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign,
            critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return new CertificateAuthority(request.CreateSelfSigned(notBefore, notBefore + validity));
    }

    /// <exception cref="CryptographicException">The text is no certificate with its key.</exception>
    public static CertificateAuthority FromPem(string certificatePem, string privateKeyPem)
        => new(X509Certificate2.CreateFromPem(certificatePem, privateKeyPem));

    /// <summary>A leaf for both ends of TLS, with a fresh key. Its life ends no later than the authority's.</summary>
    public IssuedCertificate Issue(LeafRequest leaf)
    {
        ArgumentNullException.ThrowIfNull(leaf);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(Name(leaf.CommonName), key, HashAlgorithmName.SHA256);
        AddLeafExtensions(request, leaf);
        var end = leaf.NotBefore + leaf.Validity;
        var authorityEnd = new DateTimeOffset(_certificate.NotAfter);
        var serial = RandomNumberGenerator.GetBytes(16);
        serial[0] &= 0x7f;
        using var signed = request.Create(_certificate, leaf.NotBefore, end < authorityEnd ? end : authorityEnd, serial);
        return new IssuedCertificate(signed.CopyWithPrivateKey(key));
    }

    public void Dispose() => _certificate.Dispose();

    private void AddLeafExtensions(CertificateRequest request, LeafRequest leaf)
    {
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new(ServerAuthentication), new(ClientAuthentication)],
            critical: false));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, true, false));
        request.CertificateExtensions.Add(SubjectNames.Write(leaf.Identities, leaf.Addresses, leaf.DnsNames));
    }

    private static X500DistinguishedName Name(string commonName)
    {
        var builder = new X500DistinguishedNameBuilder();
        builder.AddCommonName(commonName);
        return builder.Build();
    }
}
