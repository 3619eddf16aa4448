namespace K8sMediaFlow.Pipelines.Graph;

/// <summary>What is asked of shared memory and nodes beyond the defaults.</summary>
public sealed record StagingNode
{
    public const int LinkSilenceMillisecondsDefault = 1000, LinkHungMillisecondsDefault = 10_000;

    public static StagingNode Plain { get; } = new();

    /// <summary>The pages of regions.</summary>
    public HugePages HugePages { get; init; }

    /// <summary>Blocks in place of those that the planner computes; empty where it shall.</summary>
    public IReadOnlyList<BlockClassPlan> BlockClasses { get; init; } = [];

    /// <summary>How long a node may be silent.</summary>
    public int NodeLossSeconds { get; init; } = 30;

    /// <summary>How long a link's peer may be silent whose machine does not answer.</summary>
    public int LinkSilenceMilliseconds { get; init; } = LinkSilenceMillisecondsDefault;

    /// <summary>How long one may whose machine does.</summary>
    public int LinkHungMilliseconds { get; init; } = LinkHungMillisecondsDefault;
}
