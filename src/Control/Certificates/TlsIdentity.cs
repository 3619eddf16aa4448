using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace K8sMediaFlow.Control.Certificates;

/// <summary>One's own certificate with its key, and the authorities whose certificates one believes.</summary>
/// <param name="Certificate">Has its private key.</param>
/// <param name="Authorities">Two while an installation changes its authority.</param>
public sealed record TlsIdentity(X509Certificate2 Certificate, X509Certificate2Collection Authorities)
{
    public static TlsIdentity FromPem(string certificatePem, string privateKeyPem, string authoritiesPem)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPem(authoritiesPem);
        if (authorities.Count == 0)
            throw new CryptographicException("no CA certificate is given");
        return new TlsIdentity(X509Certificate2.CreateFromPem(certificatePem, privateKeyPem), authorities);
    }

    /// <exception cref="CryptographicException">A file holds no certificate, or not the key of the certificate; the message names the
    /// files.</exception>
    /// <exception cref="IOException">A file cannot be read.</exception>
    public static TlsIdentity Load(string certificateFile, string keyFile, string authoritiesFile)
    {
        try
        {
            return FromPem(File.ReadAllText(certificateFile), File.ReadAllText(keyFile), File.ReadAllText(authoritiesFile));
        }
        catch (CryptographicException error)
        {
            throw new CryptographicException($"{certificateFile}, {keyFile}, {authoritiesFile}: {error.Message}", error);
        }
    }
}
