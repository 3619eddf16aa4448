using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using K8sMediaFlow.KubernetesRuntime.Connection;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Cluster.Tests.Harness;

/// <summary>
/// Reads objects from the API server without starting a program each time: cases ask several times a second, and a kubectl costs a tenth of
/// a second of a core.
/// </summary>
internal sealed class ApiReader(string kubeconfig)
{
    /// <summary>Where a kind is found; all of them but these are in namespaces.</summary>
    private static readonly Dictionary<string, string> Paths = new()
    {
        ["pod"] = "api/v1/pods",
        ["secret"] = "api/v1/secrets",
        ["service"] = "api/v1/services",
        ["persistentvolumeclaim"] = "api/v1/persistentvolumeclaims",
        ["node"] = "api/v1/nodes",
        ["namespace"] = "api/v1/namespaces",
        ["event"] = "api/v1/events",
        ["lease"] = "apis/coordination.k8s.io/v1/leases",
        ["networkpolicy"] = "apis/networking.k8s.io/v1/networkpolicies",
        ["mediapipeline"] = "apis/k8smediaflow.io/v1alpha1/mediapipelines",
    };

    private static readonly TimeSpan AgainAfter = TimeSpan.FromSeconds(1);

    private readonly Lazy<(HttpClient Client, Uri Server)> _connection = new(() => Connect(kubeconfig));

    /// <summary>An object, or the list where no name is given; undefined where it does not exist.</summary>
    public JsonElement Get(string kind, string? name = null, string? space = null, string? selector = null)
    {
        var (group, plural) = Paths[kind] is var path ? (path[..path.LastIndexOf('/')], path[(path.LastIndexOf('/') + 1)..]) : default;
        var target = $"/{group}/{(space is null ? "" : $"namespaces/{space}/")}{plural}{(name is null ? "" : "/" + name)}{(selector is null ? "" : "?labelSelector=" + Uri.EscapeDataString(selector))}";
        using var over = new CancellationTokenSource(Hang.Bound);
        try
        {
            while (true)
            {
                var (status, text) = Ask(target, over.Token);
                if (status == HttpStatusCode.NotFound)
                    return default;
                if (status == HttpStatusCode.OK)
                    return JsonDocument.Parse(text).RootElement;
                // A server that starts or is busy says so and is asked again.
                if (status is not (HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests))
                    throw new InvalidOperationException($"GET {target}: {(int)status} {text}");
                Task.Delay(AgainAfter, over.Token).GetAwaiter().GetResult();
            }
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException)
        {
            throw new InvalidOperationException($"GET {target}: {error.Message}", error);
        }
    }

    private (HttpStatusCode Status, string Text) Ask(string target, CancellationToken over)
    {
        using var answer = _connection.Value.Client.GetAsync(new Uri(_connection.Value.Server, target), over).GetAwaiter().GetResult();
        return (answer.StatusCode, answer.Content.ReadAsStringAsync(over).GetAwaiter().GetResult());
    }

    private static (HttpClient Client, Uri Server) Connect(string kubeconfig)
    {
        var cluster = ClusterConnection.Find(kubeconfig);
        var credential = cluster.Credentials.GetAsync(default).AsTask().GetAwaiter().GetResult();
        var handler = new SocketsHttpHandler { ConnectTimeout = Hang.Bound, PooledConnectionLifetime = TimeSpan.FromMinutes(1) };
        if (credential.Certificate is { } certificate)
            handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        if (cluster.Authorities is { } authorities)
        {
            handler.SslOptions.CertificateChainPolicy = new()
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(authorities.Current);
        }
        var client = new HttpClient(handler);
        if (credential.BearerToken is { } token)
            client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return (client, cluster.Server);
    }
}
