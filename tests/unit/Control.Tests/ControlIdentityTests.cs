using System.Net;
using System.Net.Security;
using Grpc.Core;
using K8sMediaFlow.Control.Certificates;
using K8sMediaFlow.Primitives.Certificates;

namespace K8sMediaFlow.Control.Tests;

public class ControlIdentityTests
{
    [Fact]
    public async Task Only_the_controller_may_call()
    {
        await using var control = await ControlFixture.StartAsync();
        using var client = control.ClientAs(control.Identities.Issue(TestIdentities.Sidecar), TestIdentities.Sidecar);
        var error = await Should.ThrowAsync<ControlException>(client.GetInfoAsync(CancellationToken.None));
        error.Status.ShouldBe(StatusCode.PermissionDenied);
        error.Message.ShouldContain(TestIdentities.Sidecar);
        error.Message.ShouldContain(ControllerIdentity.Uri);
    }

    [Fact]
    public async Task A_certificate_of_another_authority_is_refused()
    {
        await using var control = await ControlFixture.StartAsync();
        using var others = new TestIdentities();
        var stranger = others.Issue(ControllerIdentity.Uri) with
        {
            Authorities = control.Identities.Issue(ControllerIdentity.Uri).Authorities,
        };
        using var client = control.ClientAs(stranger, TestIdentities.Sidecar);
        (await Should.ThrowAsync<ControlException>(client.GetInfoAsync(CancellationToken.None))).Status.ShouldBe(StatusCode.Unavailable);
    }

    [Fact]
    public async Task An_expired_certificate_is_refused()
    {
        await using var control = await ControlFixture.StartAsync();
        var expired = control.Identities.Issue(ControllerIdentity.Uri, DateTimeOffset.UtcNow.AddDays(-2), TimeSpan.FromDays(1));
        using var client = control.ClientAs(expired, TestIdentities.Sidecar);
        (await Should.ThrowAsync<ControlException>(client.GetInfoAsync(CancellationToken.None))).Status.ShouldBe(StatusCode.Unavailable);
    }

    [Fact]
    public async Task A_caller_without_a_certificate_is_refused()
    {
        await using var control = await ControlFixture.StartAsync();
        var authorities = control.Identities.Issue(TestIdentities.Sidecar).Authorities;
        var handshake = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = IdentityChecks.Callback(() => authorities, [TestIdentities.Sidecar], refused: null),
        };
        using var handler = new SocketsHttpHandler { SslOptions = handshake };
        using var http = new HttpClient(handler);
        using var request = new HttpRequestMessage(HttpMethod.Post,
            $"https://127.0.0.1:{control.Server.Port}/k8smediaflow.control.v1.Sidecar/GetInfo")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        await Should.ThrowAsync<HttpRequestException>(http.SendAsync(request));
    }

    [Fact]
    public async Task A_sidecar_that_is_not_the_expected_one_is_not_spoken_to()
    {
        await using var control = await ControlFixture.StartAsync();
        using var client = control.ClientAs(control.Identities.Issue(ControllerIdentity.Uri), "k8smediaflow://default/highlights/encode");
        var error = await Should.ThrowAsync<ControlException>(client.GetInfoAsync(CancellationToken.None));
        error.Status.ShouldBe(StatusCode.Unavailable);
        error.Message.ShouldContain("expected k8smediaflow://default/highlights/encode");
    }
}
