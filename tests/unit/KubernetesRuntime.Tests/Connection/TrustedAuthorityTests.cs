using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using K8sMediaFlow.KubernetesRuntime.Connection;

namespace K8sMediaFlow.KubernetesRuntime.Tests.Connection;

public class TrustedAuthorityTests
{
    private readonly ManualTime _time = new();

    [Fact]
    public void A_file_that_changes_is_read_again_within_a_minute_and_at_once_when_a_server_is_not_believed()
    {
        using var folder = new Folder();
        var (one, other) = (Authority("one"), Authority("other"));
        var authorities = TrustedAuthorities.File(folder.Write("ca.crt", one), _time);
        var first = authorities.Current;
        _time.Advance(TimeSpan.FromMinutes(2));
        authorities.Current.ShouldBeSameAs(first, "nothing has changed: connections stay");
        folder.Write("ca.crt", other);
        authorities.Current.ShouldBeSameAs(first);
        _time.Advance(TimeSpan.FromMinutes(1));
        var second = authorities.Current;
        second.Single().Subject.ShouldBe("CN=other");
        folder.Write("ca.crt", one + other);
        authorities.Refused(first).ShouldBeTrue("there are others since");
        authorities.Current.ShouldBeSameAs(second);
        authorities.Refused(second).ShouldBeTrue();
        authorities.Current.Count.ShouldBe(2);
        authorities.Refused(authorities.Current).ShouldBeFalse();
    }

    [Theory]
    [InlineData("")]
    [InlineData("half a certific")]
    public void What_cannot_be_read_in_the_midst_of_a_change_leaves_what_was_trusted(string text)
    {
        using var folder = new Folder();
        var authorities = TrustedAuthorities.File(folder.Write("ca.crt", Authority("one")), _time);
        var before = authorities.Current;
        folder.Write("ca.crt", text);
        authorities.Refused(before).ShouldBeFalse();
        authorities.Current.ShouldBeSameAs(before);
        Should.Throw<ConnectionException>(() => TrustedAuthorities.File(Path.Combine(folder.Path, "ca.crt")))
            .Message.ShouldContain("ca.crt");
    }

    internal static string Authority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var certificate = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return certificate.ExportCertificatePem() + "\n";
    }
}
