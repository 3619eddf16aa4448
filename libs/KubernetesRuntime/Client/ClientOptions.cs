namespace K8sMediaFlow.KubernetesRuntime.Client;

/// <summary>The bounds of a client. The defaults suit a controller.</summary>
public sealed record ClientOptions
{
    public string UserAgent { get; init; } = "k8smediaflow";

    /// <summary>A request and its repetitions, from the first byte to the last; a watch has bounds of its own.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often a request is sent again that the server has put off (Retry-After).</summary>
    public int RetriesMax { get; init; } = 5;

    /// <summary>
    /// Requests under way at once, watches apart: what keeps a cold start of a thousand pipelines from being put off by the server.
    /// </summary>
    public int ConcurrentRequestsMax { get; init; } = 32;

    /// <summary>
    /// A connection that does not answer for this long plus <see cref="PingTimeout"/> is given up, watches included (HTTP/2 only).
    /// </summary>
    public TimeSpan PingDelay { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan PingTimeout { get; init; } = TimeSpan.FromSeconds(10);
}
