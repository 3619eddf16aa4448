using System.Security.Cryptography.X509Certificates;
using System.Text;
using K8sMediaFlow.Control.Certificates;

namespace K8sMediaFlow.Cluster.Tests.Harness;

/// <summary>Certificates as the Secrets of a cluster hold them.</summary>
internal static class Secrets
{
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

    /// <summary>Somebody whom the installation's authority calls by this name. The authority's key is the administrator's to read.</summary>
    public static TlsIdentity Issued(Kubectl kubectl, string uri)
    {
        var (certificate, key, authorities) = Pem(kubectl, Helm.Space, "k8smediaflow-ca");
        using var authority = CertificateAuthority.FromPem(certificate, key);
        using var leaf = authority.Issue(new("test", [uri], [], DateTimeOffset.UtcNow.AddMinutes(-1), TimeSpan.FromHours(1)));
        return TlsIdentity.FromPem(leaf.CertificatePem, leaf.PrivateKeyPem(), authorities);
    }

    /// <summary>Takes the certificate out of a Secret, which has the controller issue another one.</summary>
    public static void Spoil(Kubectl kubectl, string space, string name) => kubectl.Run("patch", "secret", name, "-n", space, "--type=json", "-p",
        """[{"op": "remove", "path": "/data/tls.crt"}, {"op": "remove", "path": "/data/tls.key"}]""");

    private static (string Certificate, string Key, string Authorities) Pem(Kubectl kubectl, string space, string name)
    {
        var data = kubectl.Get("secret", name, "-n", space).GetProperty("data");
        string Text(string key) => data.TryGetProperty(key, out var value) ? Encoding.UTF8.GetString(value.GetBytesFromBase64()) : "";
        return (Text("tls.crt"), Text("tls.key"), Text("ca.crt"));
    }
}
