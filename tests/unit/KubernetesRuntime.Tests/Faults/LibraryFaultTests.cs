using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Connection;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.KubernetesRuntime.Tests.Connection;
using K8sMediaFlow.TestKit;
using Microsoft.AspNetCore.Http;

namespace K8sMediaFlow.KubernetesRuntime.Tests.Faults;

/// <summary>
/// What the package beneath does wrong when it is left to itself, and what our client makes of the same: docs/decisions/0030.
/// </summary>
public sealed class LibraryFaultTests : IDisposable
{
    private readonly Folder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_certificate_of_our_own_authority_for_another_host_is_not_believed()
    {
        using var authority = TestAuthority.Make();
        await using var server = await ScriptedServer.StartAsync(context => context.SayAsync("""{"major":"1"}"""),
            authority.Issue("another.example"));
        var connection = new ClusterConnection
        {
            Server = server.Address,
            // The second of a bundle: the package's own reading of a kubeconfig would take the first alone.
            Authorities = TrustedAuthorities.Of(TrustedAuthorityTests.Authority("a stranger") + authority.Pem),
            Credentials = new FixedCredential(new("secret")),
        };
        using var client = new ApiClient(connection);
        (await Should.ThrowAsync<ApiException>(client.GetVersionAsync())).Message.ShouldContain("RemoteCertificateNameMismatch");
        server.Requests.ShouldBeEmpty("the token would be in a stranger's hands");
        using var named = new ApiClient(connection with { TlsServerName = "another.example" });
        (await named.GetVersionAsync()).Major.ShouldBe("1");
        using var strange = new ApiClient(connection with
        {
            TlsServerName = "another.example",
            Authorities = TrustedAuthorities.Of(TrustedAuthorityTests.Authority("a stranger")),
        });
        (await Should.ThrowAsync<ApiException>(strange.GetVersionAsync())).Message.ShouldContain("certificate chain");
        server.Requests.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_refusal_whose_text_never_ends_is_given_up_in_the_requests_time()
    {
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            context.Response.StatusCode = 500;
            await context.SayAsync("{");
            await context.HangAsync();
        });
        using var client = server.Client(new() { RequestTimeout = TimeSpan.FromMilliseconds(200) });
        (await Should.ThrowAsync<ApiException>(client.GetVersionAsync().WaitAsync(Hang.Bound))).Reason.ShouldBe(ApiReason.NoAnswer);
    }

    [Fact]
    public async Task A_watch_is_open_before_it_says_anything()
    {
        await using var server = await ScriptedServer.StartAsync(async context =>
        {
            await context.SayAsync("");
            await context.HangAsync();
        });
        using var client = server.Client();
        // Were it not, its opening would be waited for, and given up for another reason.
        var error = await Should.ThrowAsync<ApiException>(ToEndAsync(client, new(Hang.Bound, TimeSpan.FromMilliseconds(100)))
            .WaitAsync(Hang.Bound));
        error.Reason.ShouldBe(ApiReason.Silent);
    }

    [Fact]
    public async Task A_watch_that_the_server_ends_without_a_line_has_ended_and_not_failed()
    {
        await using var server = await ScriptedServer.StartAsync(context => context.SayAsync(""));
        using var client = server.Client();
        (await ToEndAsync(client, WatchBounds.Usual())).ShouldBe(0);
    }

    [Fact]
    public async Task The_proxy_of_a_kubeconfig_carries_the_requests()
    {
        var host = "";
        await using var proxy = await ScriptedServer.StartAsync(context =>
        {
            host = context.Request.Host.Host;
            return context.SayAsync("""{"major":"1"}""");
        });
        var file = _folder.Write("config", $$"""
            current-context: x
            contexts: [{name: x, context: {cluster: c} }]
            clusters: [{name: c, cluster: {server: "http://cluster.example", proxy-url: "{{proxy.Address}}"} }]
            """);
        using var client = new ApiClient(ClusterConnection.Find(file));
        await client.GetVersionAsync();
        host.ShouldBe("cluster.example");
    }

    [Fact]
    public async Task A_request_that_begins_when_its_connections_were_just_closed_says_so()
    {
        await using var server = await ScriptedServer.StartAsync();
        var connections = new LibraryClient(new() { Host = server.Address.ToString() });
        connections.Dispose();
        await Should.ThrowAsync<ObjectDisposedException>(connections.SendAsync(new("get", HttpMethod.Get, "version", "", "/version"),
            CancellationToken.None));
        server.Requests.ShouldBeEmpty();
    }

    private static async Task<int> ToEndAsync(ApiClient client, WatchBounds bounds)
    {
        var events = 0;
        await foreach (var _ in client.For(Resources.ConfigMaps).WatchAsync("n", "1", bounds: bounds))
            events++;
        return events;
    }

    private sealed class TestAuthority : IDisposable
    {
        private readonly X509Certificate2 _certificate;

        private TestAuthority(X509Certificate2 certificate) => _certificate = certificate;

        public string Pem => _certificate.ExportCertificatePem();

        public static TestAuthority Make()
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=the cluster's authority", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
            return new(request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1)));
        }

        public X509Certificate2 Issue(string host)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=server", key, HashAlgorithmName.SHA256);
            var names = new SubjectAlternativeNameBuilder();
            names.AddDnsName(host);
            request.CertificateExtensions.Add(names.Build());
            return request.Create(_certificate, DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1), [1, 2, 3])
                .CopyWithPrivateKey(key);
        }

        public void Dispose() => _certificate.Dispose();
    }
}
