namespace K8sMediaFlow.KubernetesRuntime.Objects;

public sealed record ConfigMap : IKubernetesObject
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ObjectMeta? Metadata { get; init; }
    public IReadOnlyDictionary<string, string>? Data { get; init; }
    public IReadOnlyDictionary<string, byte[]>? BinaryData { get; init; }
    public bool? Immutable { get; init; }
}

public sealed record Secret : IKubernetesObject
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ObjectMeta? Metadata { get; init; }
    public string? Type { get; init; }

    /// <summary>The bytes themselves: base64 is the wire's affair.</summary>
    public IReadOnlyDictionary<string, byte[]>? Data { get; init; }

    public bool? Immutable { get; init; }

    /// <summary>Never the content: this may end up in a log.</summary>
    public override string ToString() => $"Secret {Metadata?.Namespace}/{Metadata?.Name}";
}
