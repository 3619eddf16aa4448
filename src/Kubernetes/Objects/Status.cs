namespace K8sMediaFlow.Kubernetes.Objects;

/// <summary>What the API server answers instead of an object: why a request failed, or that a deletion is done.</summary>
public sealed record Status
{
    public ListMeta? Metadata { get; init; }

    /// <summary>Success or Failure; a string, whatever the object's own status would be.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("status")]
    public string? Outcome { get; init; }

    public string? Message { get; init; }
    public string? Reason { get; init; }
    public int? Code { get; init; }
    public StatusDetails? Details { get; init; }
}

/// <summary>The parts of a failure: which object, which fields, when to come back.</summary>
public sealed record StatusDetails
{
    public string? Name { get; init; }
    public string? Group { get; init; }
    public string? Kind { get; init; }
    public string? Uid { get; init; }
    public IReadOnlyList<StatusCause>? Causes { get; init; }
    public int? RetryAfterSeconds { get; init; }
}

/// <summary>One cause of a failure: a field that is wrong, a field manager in conflict.</summary>
public sealed record StatusCause
{
    public string? Reason { get; init; }
    public string? Message { get; init; }
    public string? Field { get; init; }
}

/// <summary>The metadata of a list: where it stands in time, and the token of the page after it.</summary>
public sealed record ListMeta
{
    public string? ResourceVersion { get; init; }
    public string? Continue { get; init; }
    public long? RemainingItemCount { get; init; }
}
