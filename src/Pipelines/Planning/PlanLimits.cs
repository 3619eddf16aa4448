namespace K8sMediaFlow.Pipelines.Planning;

/// <summary>What a plan may ask for at most. Generous for use, small enough that no arithmetic on a plan overflows.</summary>
public static class PlanLimits
{
    public const int PageBytes = 4096;
    public const int ReplicasMax = 64;

    /// <summary>
    /// Of all media operators of a pipeline together: each may be a pod that one controller has to bring a plan and listen to.
    /// </summary>
    public const int PipelineReplicasMax = 1024;

    /// <summary>Of one pod's plan as it is sent: below the 4 MiB that a message of the control API may have.</summary>
    public const int PlanBytesMax = 3 << 20;

    public const int ClassesMax = 8;
    public const int BlocksMax = 1 << 20;
    /// <summary>Blocks that a user may choose: so many frames at most are then on one port's way, and within a replay window.</summary>
    public const int ChosenBlocksMax = 4096;

    public const long BlockBytesMax = 1L << 30;
    public const int ChannelCapacityMin = 4;
    public const int ChannelCapacityMax = 1 << 16;
    public const int SpinMicrosecondsMax = 10_000;
    public const int LinkSilenceMillisecondsMin = 200, LinkSilenceMillisecondsMax = 60_000;
    public const int LinkHungMillisecondsMin = 1000, LinkHungMillisecondsMax = 600_000;

    /// <summary>An hour.</summary>
    public const int DeadlineMillisecondsMax = 3_600_000;

    /// <summary>
    /// Frames of one port that may be sent and not done: two blocks of each and some notices fit the largest channel, and links keep as
    /// many.
    /// </summary>
    public const int WindowFramesMax = (ChannelCapacityMax / 2) - 8;

    public const int ListMax = 4096;
    public const int TextCharsMax = 1024;

    /// <summary>Of one link.</summary>
    public const int QueuePairsMax = 8;

    /// <summary>A byte of the IP header.</summary>
    public const int TrafficClassMax = 255;
}
