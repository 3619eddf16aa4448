namespace K8sMediaFlow.KubernetesRuntime.Connection;

/// <summary>The connection that kubelet gives to every pod: its service account's token and the cluster's CA.</summary>
public static class InCluster
{
    private const string AccountFolder = "/var/run/secrets/kubernetes.io/serviceaccount";

    public static bool IsHere() =>
        Environment.GetEnvironmentVariable("KUBERNETES_SERVICE_HOST") is { Length: > 0 }
            && File.Exists(Path.Combine(AccountFolder, "token"));

    /// <exception cref="ConnectionException">This is no pod with a service account: the message says what is missing.</exception>
    public static ClusterConnection Connect() => Connect(AccountFolder, Environment.GetEnvironmentVariable, TimeProvider.System);

    internal static ClusterConnection Connect(string folder, Func<string, string?> environment, TimeProvider time)
    {
        var host = Required(environment, "KUBERNETES_SERVICE_HOST");
        var port = Required(environment, "KUBERNETES_SERVICE_PORT");
        if (!Uri.TryCreate($"https://{(host.Contains(':') ? $"[{host}]" : host)}:{port}", UriKind.Absolute, out var server))
            throw new ConnectionException($"KUBERNETES_SERVICE_HOST={host} and KUBERNETES_SERVICE_PORT={port} make no address");
        var token = Path.Combine(folder, "token");
        if (!File.Exists(token))
            throw new ConnectionException($"{token}: not there; does the pod set automountServiceAccountToken: false?");
        return new()
        {
            Server = server,
            Authorities = TrustedAuthorities.File(Path.Combine(folder, "ca.crt"), time),
            DefaultNamespace = Namespace(Path.Combine(folder, "namespace")),
            Credentials = new TokenFile(token, time),
        };
    }

    private static string Required(Func<string, string?> environment, string name) =>
        environment(name) is { Length: > 0 } value
            ? value
            : throw new ConnectionException($"{name} is not set: this is no pod of a cluster");

    private static string Namespace(string path) => File.Exists(path) ? File.ReadAllText(path).Trim() : "default";
}
