using System.Net;
using System.Security.Cryptography.X509Certificates;
using K8sMediaFlow.Control.Certificates;

namespace K8sMediaFlow.Fabric.Tests.Tls;

/// <summary>Certificates of one installation and of a foreign one, made once.</summary>
internal static class TestIdentities
{
    private static readonly CertificateAuthority s_ours = Authority(), s_foreign = Authority();

    /// <summary>One media operator at both ends, as a fabric that sends to itself needs it.</summary>
    public static FabricIdentity Both { get; } = Of("both", "both");

    public static FabricIdentity Of(string own, string peer) => new(Leaf(s_ours, own), Roots(s_ours), [Uri(peer)]);

    /// <summary>Trusts us and is of another installation: under the right name.</summary>
    public static FabricIdentity Foreign(string own, string peer) => new(Leaf(s_foreign, own), Roots(s_ours), [Uri(peer)]);

    public static X509Certificate2 Expired(string own) => s_ours.Issue(new LeafRequest(own, [Uri(own)], [IPAddress.Loopback],
        DateTimeOffset.UtcNow.AddHours(-2), TimeSpan.FromHours(1))).Certificate;

    private static string Uri(string name) => "k8smediaflow://test/line/" + name;

    private static X509Certificate2 Leaf(CertificateAuthority authority, string name) => authority.Issue(new LeafRequest(name, [Uri(name)],
        [IPAddress.Loopback], DateTimeOffset.UtcNow.AddHours(-1), TimeSpan.FromHours(5))).Certificate;

    private static X509Certificate2Collection Roots(CertificateAuthority authority) =>
        [X509Certificate2.CreateFromPem(authority.CertificatePem)];

    private static CertificateAuthority Authority() =>
        CertificateAuthority.Create("test", DateTimeOffset.UtcNow.AddHours(-3), TimeSpan.FromDays(1));
}
