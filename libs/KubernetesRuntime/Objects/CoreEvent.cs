using System.Text.Json.Serialization;

namespace K8sMediaFlow.KubernetesRuntime.Objects;

/// <summary>core/v1 Event: what `kubectl describe` shows, on every server version.</summary>
public sealed record CoreEvent : IKubernetesObject
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public ObjectMeta? Metadata { get; init; }
    public ObjectReference? InvolvedObject { get; init; }

    /// <summary>Normal or Warning.</summary>
    public string? Type { get; init; }

    public string? Reason { get; init; }
    public string? Message { get; init; }
    public int? Count { get; init; }

    [JsonConverter(typeof(SecondTime))]
    public DateTimeOffset? FirstTimestamp { get; init; }

    [JsonConverter(typeof(SecondTime))]
    public DateTimeOffset? LastTimestamp { get; init; }

    public EventSource? Source { get; init; }
    public string? ReportingComponent { get; init; }
    public string? ReportingInstance { get; init; }
}

public sealed record EventSource(string? Component = null, string? Host = null);

/// <summary>Names one object, by identity where the uid is set.</summary>
public sealed record ObjectReference
{
    public string? ApiVersion { get; init; }
    public string? Kind { get; init; }
    public string? Namespace { get; init; }
    public string? Name { get; init; }
    public string? Uid { get; init; }
    public string? ResourceVersion { get; init; }
    public string? FieldPath { get; init; }
}
