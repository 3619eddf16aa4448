using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Connection;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.TestKit;
using K8sMediaFlow.TestKit.Clusters;

namespace K8sMediaFlow.KubernetesRuntime.Tests.Connection;

/// <summary>Connections to the real API server as a pod, a token and a certificate make them.</summary>
public class ServiceAccountTests(ApiServerFixture fixture) : ApiServerTests(fixture)
{
    [NeedsFact("kubernetes")]
    public async Task A_pods_account_may_do_what_its_role_says_and_its_token_may_be_replaced_under_way()
    {
        using var folder = new Folder();
        var account = await Client.For(Resources.ServiceAccounts)
            .CreateAsync(new() { Metadata = new() { Name = "reader", Namespace = Space } }, Bound);
        await AllowAsync(account);
        folder.Write("token", await TokenAsync());
        folder.Write("namespace", Space);
        folder.Write("ca.crt", string.Join('\n', Connection.Authorities!.Current.Select(one => one.ExportCertificatePem())));
        var connection = InCluster.Connect(folder.Path,
            name => name == "KUBERNETES_SERVICE_HOST"
            ? "127.0.0.1"
            : Connection.Server.Port.ToString(System.Globalization.CultureInfo.InvariantCulture), TimeProvider.System);
        using var pod = new ApiClient(connection);
        pod.DefaultNamespace.ShouldBe(Space);
        await AllowedAsync(pod);
        var forbidden = await Should.ThrowAsync<ApiException>(pod.For(Resources.Secrets).ListAsync(Space, cancel: Bound));
        (forbidden.Reason, forbidden.Message.StartsWith($"list secrets {Space}: Forbidden (403): ", StringComparison.Ordinal))
            .ShouldBe((ApiReason.Forbidden, true));

        // The account is made anew: the old token is worthless at once, and the next request already carries the new one.
        await Client.For(Resources.ServiceAccounts).DeleteAsync(Space, "reader", cancel: Bound);
        await Client.For(Resources.ServiceAccounts).CreateAsync(new() { Metadata = new() { Name = "reader", Namespace = Space } }, Bound);
        folder.Write("token", await TokenAsync());
        (await pod.For(Resources.ConfigMaps).ListAsync(Space, cancel: Bound)).Items.ShouldBeEmpty();
    }

    /// <summary>The server's authorizer hears of a role by a watch of its own, some time after the role is stored.</summary>
    private async Task AllowedAsync(ApiClient pod)
    {
        while (true)
        {
            try
            {
                (await pod.For(Resources.ConfigMaps).ListAsync(Space, cancel: Bound)).Items.ShouldBeEmpty();
                return;
            }
            catch (ApiException error) when (error.Reason == ApiReason.Forbidden)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(50), Bound);
            }
        }
    }

    [NeedsFact("kubernetes")]
    public async Task A_server_with_a_certificate_of_another_authority_is_not_spoken_to()
    {
        using var client = new ApiClient(Connection with { Authorities = null });
        var error = await Should.ThrowAsync<ApiException>(client.GetVersionAsync(Bound));
        (error.Reason, error.Message.Contains("certificate", StringComparison.Ordinal))
            .ShouldBe((ApiReason.Unreachable, true), error.Message);
        using var other = new ApiClient(Connection with { TlsServerName = "another.example" });
        (await Should.ThrowAsync<ApiException>(other.GetVersionAsync(Bound))).Message.ShouldContain("certificate");
        using var named = new ApiClient(Connection with { TlsServerName = "kubernetes.default.svc" });
        (await named.GetVersionAsync(Bound)).Major.ShouldBe("1");
        using var careless = new ApiClient(Connection with { Authorities = null, SkipVerification = true });
        (await careless.GetVersionAsync(Bound)).Major.ShouldBe("1");
    }

    [NeedsFact("kubernetes")]
    public async Task A_stranger_is_unauthorized()
    {
        using var client = new ApiClient(Connection with { Credentials = new FixedCredential(new("no such token")) });
        (await Should.ThrowAsync<ApiException>(client.For(Resources.Pods).ListAsync(null, cancel: Bound)))
            .Reason.ShouldBe(ApiReason.Unauthorized);
    }

    [NeedsFact("kubernetes")]
    public async Task A_plugins_certificate_is_shown_to_the_server()
    {
        using var folder = new Folder();
        var admin = (await Connection.Credentials.GetAsync(Bound)).Certificate!;
        var answer = new JsonObject
        {
            ["apiVersion"] = "client.authentication.k8s.io/v1",
            ["status"] = new JsonObject
            {
                ["clientCertificateData"] = admin.ExportCertificatePem(),
                ["clientKeyData"] = File.ReadAllText(Path.Combine(Cluster.Folder, "pki", "admin.key")),
            },
        };
        folder.Write("answer.json", answer.ToJsonString());
        var tree = YamlTree.Load(folder.Write("exec",
            $"{{apiVersion: client.authentication.k8s.io/v1, command: cat, args: ['{folder.Path}/answer.json']}}"));
        using var client = new ApiClient(Connection with { Credentials = ExecPlugin.Of(tree, Connection) });
        (await client.For(Resources.Secrets).ListAsync(Space, cancel: Bound)).Items.ShouldBeEmpty();
    }

    private async Task AllowAsync(ServiceAccount account)
    {
        var role = JsonNode.Parse(
            """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","rules":[{"apiGroups":[""],"resources":["configmaps"],"verbs":["list"]}]}""")!.AsObject();
        role["metadata"] = new JsonObject { ["name"] = "read", ["namespace"] = Space };
        await Client.For(Resources.Custom("rbac.authorization.k8s.io", "v1", "roles", "Role")).ApplyAsync(role, "tests", cancel: Bound);
        var binding = JsonNode.Parse(
            """{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"read"}}""")!.AsObject();
        binding["metadata"] = new JsonObject { ["name"] = "read", ["namespace"] = Space };
        binding["subjects"] = new JsonArray(new JsonObject
        {
            ["kind"] = "ServiceAccount",
            ["name"] = account.Metadata!.Name,
            ["namespace"] = Space,
        });
        await Client.For(Resources.Custom("rbac.authorization.k8s.io", "v1", "rolebindings", "RoleBinding"))
            .ApplyAsync(binding, "tests", cancel: Bound);
    }

    /// <summary>As kubelet asks for it.</summary>
    private async Task<string> TokenAsync()
    {
        var body = Encoding.UTF8.GetBytes(
            """{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{"expirationSeconds":600}}""");
        var call = new ApiCall("create", HttpMethod.Post, "serviceaccounts/token", $"{Space}/reader",
            $"/api/v1/namespaces/{Space}/serviceaccounts/reader/token")
        {
            Body = body,
        };
        using var answer = await Client.SendAsync(call,
            async (stream, cancel) => await JsonDocument.ParseAsync(stream, cancellationToken: cancel), Bound);
        return answer.RootElement.GetProperty("status").GetProperty("token").GetString()!;
    }
}
