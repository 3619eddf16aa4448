using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.Primitives.Certificates;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Control.Tests.Certificates;

public class CertificateTests
{
    [Fact]
    public void A_leaf_carries_its_identities_and_addresses_and_chains_to_its_authority()
    {
        using var authority = CertificateAuthority.Create("test CA", DateTimeOffset.UtcNow.AddMinutes(-5), TimeSpan.FromDays(1));
        string[] identities = [K8sMediaFlow.Pipelines.Planning.PeerIdentity.Of("default", "highlights", "analyse"),
            K8sMediaFlow.Pipelines.Planning.PeerIdentity.Of("default", "highlights", "encode")];
        using var leaf = authority.Issue(new LeafRequest("studio", identities, [IPAddress.Parse("127.1.2.3")],
            DateTimeOffset.UtcNow.AddMinutes(-5), TimeSpan.FromHours(1)));
        SubjectNames.Uris(leaf.Certificate).ShouldBe(identities);
        leaf.Certificate.MatchesHostname("127.1.2.3").ShouldBeTrue();
        leaf.Certificate.GetECDsaPublicKey()!.KeySize.ShouldBe(256);
        IdentityChecks.Check(leaf.Certificate, Authorities(authority), [identities[1]]).Accepted.ShouldBeTrue();
    }

    [Fact]
    public void An_authority_comes_back_from_its_pem_and_issues_on()
    {
        using var authority = CertificateAuthority.Create("test CA", DateTimeOffset.UtcNow.AddMinutes(-5), TimeSpan.FromDays(1));
        using var again = CertificateAuthority.FromPem(authority.CertificatePem, authority.PrivateKeyPem());
        using var leaf = again.Issue(Leaf(TimeSpan.FromHours(1)));
        IdentityChecks.CheckChain(leaf.Certificate, Authorities(authority)).Accepted.ShouldBeTrue();
    }

    [Fact]
    public void A_leaf_does_not_outlive_its_authority()
    {
        using var authority = CertificateAuthority.Create("test CA", DateTimeOffset.UtcNow.AddMinutes(-5), TimeSpan.FromDays(1));
        using var leaf = authority.Issue(Leaf(TimeSpan.FromDays(1000)));
        leaf.Certificate.NotAfter.ShouldBeLessThan(DateTime.Now.AddDays(2));
    }

    [Fact]
    public void Two_authorities_are_believed_through_a_change()
    {
        using var old = CertificateAuthority.Create("test CA", DateTimeOffset.UtcNow.AddMinutes(-5), TimeSpan.FromDays(1));
        using var next = CertificateAuthority.Create("test CA", DateTimeOffset.UtcNow.AddMinutes(-5), TimeSpan.FromDays(1));
        using var before = old.Issue(Leaf(TimeSpan.FromHours(1)));
        using var after = next.Issue(Leaf(TimeSpan.FromHours(1)));
        foreach (var leaf in new[] { before, after })
            IdentityChecks.CheckChain(leaf.Certificate, Authorities(old, next)).Accepted.ShouldBeTrue();
        IdentityChecks.CheckChain(after.Certificate, Authorities(old)).Accepted.ShouldBeFalse();
    }

    [Fact]
    public void A_leaf_that_signs_another_is_no_authority()
    {
        using var authority = CertificateAuthority.Create("test CA", DateTimeOffset.UtcNow.AddMinutes(-5), TimeSpan.FromDays(1));
        using var leaf = authority.Issue(Leaf(TimeSpan.FromHours(1)));
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=forged", key, HashAlgorithmName.SHA256);
        var signer = X509SignatureGenerator.CreateForECDsa(leaf.Certificate.GetECDsaPrivateKey()!);
        using var forged = request.Create(leaf.Certificate.SubjectName, signer, DateTimeOffset.UtcNow.AddMinutes(-1),
            DateTimeOffset.UtcNow.AddMinutes(9), [1, 2, 3]);
        IdentityChecks.CheckChain(forged, Authorities(authority)).Accepted.ShouldBeFalse();
    }

    [Fact]
    public void A_missing_certificate_is_refused_with_a_reason()
        => IdentityChecks.Check(null, [], ["x"]).ShouldBe(new IdentityVerdict(false, "the peer showed no certificate"));

    [Fact]
    public void Files_are_private_renewed_in_place_and_read_again()
    {
        var folder = Directory.CreateTempSubdirectory("kmf-certificates").FullName;
        try
        {
            using var identities = new TestIdentities();
            string[] files = [Path.Combine(folder, "tls.crt"), Path.Combine(folder, "tls.key"), Path.Combine(folder, "ca.crt")];
            using var first = identities.IssueLeaf(ControllerIdentity.Uri);
            var live = TlsIdentityFiles.Write(files[0], files[1], files[2], first, identities.AuthorityPem);
            live.Current.Certificate.Thumbprint.ShouldBe(first.Certificate.Thumbprint);
            files.ShouldAllBe(file => File.GetUnixFileMode(file) == (UnixFileMode.UserRead | UnixFileMode.UserWrite));

            File.WriteAllText(files[0], "half written");
            File.SetLastWriteTimeUtc(files[0], DateTime.UtcNow.AddSeconds(5));
            live.Current.Certificate.Thumbprint.ShouldBe(first.Certificate.Thumbprint);

            using var second = identities.IssueLeaf(ControllerIdentity.Uri);
            TlsIdentityFiles.Write(files[0], files[1], files[2], second, identities.AuthorityPem);
            live.Current.Certificate.Thumbprint.ShouldBe(second.Certificate.Thumbprint);
            Directory.GetFiles(folder).Length.ShouldBe(3);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_mounted_Secret_whose_inner_link_is_swapped_is_read_again()
    {
        using var folder = new ScratchFolder();
        using var identities = new TestIdentities();
        using var first = identities.IssueLeaf(ControllerIdentity.Uri);
        using var second = identities.IssueLeaf(ControllerIdentity.Uri);
        foreach (var (name, leaf) in new[] { ("..1", first), ("..2", second) })
        {
            Directory.CreateDirectory(folder.File(name));
            TlsIdentityFiles.Write(folder.File($"{name}/tls.crt"), folder.File($"{name}/tls.key"), folder.File($"{name}/ca.crt"), leaf,
                identities.AuthorityPem);
        }
        // As the kubelet does it: the files are links through ..data, and ..data is replaced by rename.
        File.CreateSymbolicLink(folder.File("..data"), "..1");
        foreach (var file in new[] { "tls.crt", "tls.key", "ca.crt" })
            File.CreateSymbolicLink(folder.File(file), "..data/" + file);
        var live = new TlsIdentityFiles(folder.File("tls.crt"), folder.File("tls.key"), folder.File("ca.crt"));
        live.Current.Certificate.Thumbprint.ShouldBe(first.Certificate.Thumbprint);
        File.CreateSymbolicLink(folder.File("..next"), "..2");
        Tool.Run("mv", ["-T", folder.File("..next"), folder.File("..data")]);
        live.Current.Certificate.Thumbprint.ShouldBe(second.Certificate.Thumbprint);
    }

    [Fact]
    public void Files_that_hold_no_certificate_are_named()
    {
        var file = Path.GetTempFileName();
        try
        {
            Should.Throw<CryptographicException>(() => TlsIdentity.Load(file, file, file)).Message.ShouldContain(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static LeafRequest Leaf(TimeSpan validity) =>
        new("test", [ControllerIdentity.Uri], [IPAddress.Loopback], DateTimeOffset.UtcNow.AddMinutes(-5), validity);

    private static X509Certificate2Collection Authorities(params CertificateAuthority[] authorities)
    {
        var collection = new X509Certificate2Collection();
        foreach (var authority in authorities)
            collection.ImportFromPem(authority.CertificatePem);
        return collection;
    }
}
