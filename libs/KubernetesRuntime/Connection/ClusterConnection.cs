namespace K8sMediaFlow.KubernetesRuntime.Connection;

/// <summary>Where a cluster's API server is, how to know it and how to be known by it.</summary>
public sealed record ClusterConnection
{
    public required Uri Server { get; init; }

    /// <summary>The authorities that may have signed the server's certificate; null: those of the machine.</summary>
    public TrustedAuthorities? Authorities { get; init; }

    /// <summary>Trust any server: what a kubeconfig may ask for and a cluster should never need.</summary>
    public bool SkipVerification { get; init; }

    /// <summary>The name to expect in the server's certificate, where it is not the one in <see cref="Server"/>.</summary>
    public string? TlsServerName { get; init; }

    public Uri? Proxy { get; init; }
    public string DefaultNamespace { get; init; } = "default";
    public required ICredentialSource Credentials { get; init; }

    /// <summary>
    /// The named kubeconfig; else those of $KUBECONFIG; else, inside a pod, its service account; else ~/.kube/config.
    /// </summary>
    /// <exception cref="ConnectionException">There is none of them, or it is wrong: the message names file and field.</exception>
    public static ClusterConnection Find(string? kubeconfig = null, string? context = null)
    {
        if (kubeconfig is not null)
            return Kubeconfig.Read([kubeconfig]).Connect(context);
        var listed = (Environment.GetEnvironmentVariable("KUBECONFIG") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        if (listed.Length > 0)
            return Kubeconfig.Read(listed.Where(File.Exists).DefaultIfEmpty(listed[0]).ToList()).Connect(context);
        if (context is null && InCluster.IsHere())
            return InCluster.Connect();
        return Kubeconfig.Read([Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".kube", "config")])
            .Connect(context);
    }
}

/// <summary>A connection that cannot be made of what was given: a file, a field, a program of the user's that failed.</summary>
public sealed class ConnectionException : Exception
{
    public ConnectionException(string message)
        : base(message)
    {
    }

    public ConnectionException(string message, Exception? cause)
        : base(message, cause)
    {
    }
}
