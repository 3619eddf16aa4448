using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Connection;
using K8sMediaFlow.TestKit;
using K8sMediaFlow.TestKit.Clusters;

namespace K8sMediaFlow.KubernetesRuntime.Tests.Connection;

public class ChangedAuthorityTests(ApiServerFixture fixture) : ApiServerTests(fixture)
{
    [NeedsFact("kubernetes")]
    public async Task A_client_that_runs_follows_the_clusters_change_of_its_authority()
    {
        using var folder = new Folder();
        var right = string.Join('\n', Connection.Authorities!.Current.Select(one => one.ExportCertificatePem()));
        var path = folder.Write("ca.crt", TrustedAuthorityTests.Authority("another cluster"));
        using var client = new ApiClient(Connection with { Authorities = TrustedAuthorities.File(path, TimeProvider.System) });
        (await Should.ThrowAsync<ApiException>(client.GetVersionAsync(Bound))).Message.ShouldContain("certificate");
        // Without a restart, and without waiting for the minute: the next request looks.
        folder.Write("ca.crt", right);
        (await client.GetVersionAsync(Bound)).Major.ShouldBe("1");
    }
}
