using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.Fabric;

namespace K8sMediaFlow.Bench.Tcp;

/// <summary>
/// One certificate for both ends of the comparison with TLS, of an authority that lives as long as the run: the receiver makes it and
/// hands it to the sender as one word.
/// </summary>
internal static class BenchIdentity
{
    private const string Uri = "k8smediaflow://bench/tcp/end";

    public static string Create()
    {
        var now = DateTimeOffset.UtcNow.AddMinutes(-1);
        using var authority = CertificateAuthority.Create("bench", now, TimeSpan.FromHours(1));
        using var leaf = authority.Issue(new LeafRequest("bench", [Uri], [IPAddress.Loopback], now, TimeSpan.FromMinutes(50)));
        return string.Join('.', new[] { leaf.CertificatePem, leaf.PrivateKeyPem(), authority.CertificatePem }.Select(Packed));
    }

    public static FabricIdentity Read(string word)
    {
        var parts = word.Split('.').Select(Unpacked).ToArray();
        return new FabricIdentity(X509Certificate2.CreateFromPem(parts[0], parts[1]), [X509Certificate2.CreateFromPem(parts[2])], [Uri]);
    }

    private static string Packed(string text) => Convert.ToHexString(Encoding.ASCII.GetBytes(text));

    private static string Unpacked(string word) => Encoding.ASCII.GetString(Convert.FromHexString(word));
}
