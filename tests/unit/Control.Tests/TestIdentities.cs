using System.Net;
using K8sMediaFlow.Control.Certificates;

namespace K8sMediaFlow.Control.Tests;

/// <summary>One authority and the identities of a controller and a sidecar, for one test.</summary>
internal sealed class TestIdentities : IDisposable
{
    public static readonly string Sidecar = K8sMediaFlow.Pipelines.Planning.PeerIdentity.Of("default", "highlights", "decode");
    private readonly CertificateAuthority _authority = CertificateAuthority.Create("test CA", DateTimeOffset.UtcNow.AddDays(-10),
        TimeSpan.FromDays(20));

    public string AuthorityPem => _authority.CertificatePem;

    public TlsIdentity Issue(string identity) => Issue(identity, DateTimeOffset.UtcNow.AddMinutes(-5), TimeSpan.FromHours(1));

    public TlsIdentity Issue(string identity, DateTimeOffset notBefore, TimeSpan validity)
    {
        using var issued = IssueLeaf(identity, notBefore, validity);
        return TlsIdentity.FromPem(issued.CertificatePem, issued.PrivateKeyPem(), AuthorityPem);
    }

    public IssuedCertificate IssueLeaf(string identity) => IssueLeaf(identity, DateTimeOffset.UtcNow.AddMinutes(-5), TimeSpan.FromHours(1));

    public void Dispose() => _authority.Dispose();

    private IssuedCertificate IssueLeaf(string identity, DateTimeOffset notBefore, TimeSpan validity)
        => _authority.Issue(new LeafRequest("test", [identity], [IPAddress.Loopback], notBefore, validity));
}
