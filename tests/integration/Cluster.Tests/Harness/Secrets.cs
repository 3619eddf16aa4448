using System.Security.Cryptography.X509Certificates;
using System.Text;
using K8sMediaFlow.Control.Certificates;

namespace K8sMediaFlow.Cluster.Tests.Harness;

/// <summary>Certificates as the Secrets of a cluster hold them.</summary>
internal static class Secrets
{
    private const string Authority = "k8smediaflow-ca";

    public static TlsIdentity Identity(Kubectl kubectl, string space, string name)
    {
        var (certificate, key, authorities) = Pem(kubectl, space, name);
        return TlsIdentity.FromPem(certificate, key, authorities);
    }

    /// <summary>The serial number of the certificate in a Secret; empty while it has none.</summary>
    public static string Serial(Kubectl kubectl, string space, string name)
    {
        var pem = Pem(kubectl, space, name).Certificate;
        if (pem.Length == 0)
            return "";
        using var certificate = X509Certificate2.CreateFromPem(pem);
        return certificate.SerialNumber;
    }

    /// <summary>
    /// Somebody whom the installation's authority calls by this name. The authority's key is the administrator's to read.
    /// </summary>
    public static TlsIdentity Issued(Kubectl kubectl, string uri)
    {
        var (certificate, key, authorities) = Pem(kubectl, Helm.Space, Authority);
        using var authority = CertificateAuthority.FromPem(certificate, key);
        return IssuedBy(authority, uri, authorities);
    }

    public static TlsIdentity IssuedBy(CertificateAuthority authority, string uri, string authorities)
    {
        using var leaf = authority.Issue(new("test", [uri], [], DateTimeOffset.UtcNow.AddMinutes(-1), TimeSpan.FromHours(1)));
        return TlsIdentity.FromPem(leaf.CertificatePem, leaf.PrivateKeyPem(), authorities);
    }

    /// <summary>Has an authority announced as the next one, as the controller does when the present one grows old.</summary>
    public static void Announce(Kubectl kubectl, CertificateAuthority next) => Patch(kubectl, DateTimeOffset.UtcNow,
        $$""", "data": {"next.crt": "{{Base64(next.CertificatePem)}}", "next.key": "{{Base64(next.PrivateKeyPem())}}"}""");

    /// <summary>Sets the announcement back behind the time that everybody has to learn of it.</summary>
    public static void Elapse(Kubectl kubectl) => Patch(kubectl, DateTimeOffset.UtcNow.AddMinutes(-11), "");

    private static void Patch(Kubectl kubectl, DateTimeOffset announced, string more) =>
        kubectl.Run("patch", "secret", Authority, "-n", Helm.Space, "--type=merge", "-p",
        $$$"""{"metadata": {"annotations": {"k8smediaflow.io/next-since": "{{{announced:O}}}"}}{{{more}}}}""");

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static (string Certificate, string Key, string Authorities) Pem(Kubectl kubectl, string space, string name)
    {
        var data = kubectl.Get("secret", name, space).GetProperty("data");
        string Text(string key) => data.TryGetProperty(key, out var value) ? Encoding.UTF8.GetString(value.GetBytesFromBase64()) : "";
        return (Text("tls.crt"), Text("tls.key"), Text("ca.crt"));
    }
}
