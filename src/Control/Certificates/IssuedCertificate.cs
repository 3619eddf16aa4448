using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace K8sMediaFlow.Control.Certificates;

/// <summary>A certificate with its private key.</summary>
public sealed class IssuedCertificate : IDisposable
{
    internal IssuedCertificate(X509Certificate2 certificate)
    {
        Certificate = certificate;
    }

    /// <summary>Has its private key; belongs to this object.</summary>
    public X509Certificate2 Certificate { get; }

    public string CertificatePem => Certificate.ExportCertificatePem();

    /// <summary>PKCS#8, not encrypted.</summary>
    public string PrivateKeyPem()
    {
        using var key = Certificate.GetECDsaPrivateKey()!;
        return key.ExportPkcs8PrivateKeyPem();
    }

    public void Dispose() => Certificate.Dispose();
}
