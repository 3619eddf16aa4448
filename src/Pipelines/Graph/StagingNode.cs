namespace K8sMediaFlow.Pipelines.Graph;

/// <summary>What is asked of shared memory, device and nodes beyond the defaults.</summary>
public sealed record StagingNode
{
    public static StagingNode Plain { get; } = new();

    /// <summary>The page size asked for, or null.</summary>
    public string? HugePages { get; init; }

    public int BlockClasses { get; init; }

    public int? RdmaTrafficClass { get; init; }

    /// <summary>How long a node may be silent.</summary>
    public int NodeLossSeconds { get; init; } = 30;
}
