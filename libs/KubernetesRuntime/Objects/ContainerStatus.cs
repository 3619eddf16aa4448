using System.Text.Json.Serialization;

namespace K8sMediaFlow.KubernetesRuntime.Objects;

public sealed record ContainerStatus
{
    public required string Name { get; init; }
    public bool Ready { get; init; }
    public bool? Started { get; init; }
    public int RestartCount { get; init; }
    public string? Image { get; init; }

    [JsonPropertyName("imageID")]
    public string? ImageId { get; init; }

    [JsonPropertyName("containerID")]
    public string? ContainerId { get; init; }

    public ContainerState? State { get; init; }
    public ContainerState? LastState { get; init; }
}

/// <summary>At most one of the three is set.</summary>
public sealed record ContainerState
{
    public ContainerWaiting? Waiting { get; init; }
    public ContainerRunning? Running { get; init; }
    public ContainerTerminated? Terminated { get; init; }
}

public sealed record ContainerWaiting(string? Reason = null, string? Message = null);

public sealed record ContainerRunning
{
    [JsonConverter(typeof(SecondTime))]
    public DateTimeOffset? StartedAt { get; init; }
}

public sealed record ContainerTerminated
{
    public int ExitCode { get; init; }
    public int? Signal { get; init; }
    public string? Reason { get; init; }
    public string? Message { get; init; }

    [JsonConverter(typeof(SecondTime))]
    public DateTimeOffset? StartedAt { get; init; }

    [JsonConverter(typeof(SecondTime))]
    public DateTimeOffset? FinishedAt { get; init; }
}
