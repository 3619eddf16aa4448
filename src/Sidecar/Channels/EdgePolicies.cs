using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Staging.Delivery;

namespace K8sMediaFlow.Sidecar.Channels;

/// <summary>What a plan's edges may drop, in the terms of who drops it.</summary>
internal static class EdgePolicies
{
    private const long NanosecondsPerMillisecond = 1_000_000;

    /// <summary>The policy at the end of a link; null where the edge keeps every frame.</summary>
    public static EdgePolicy? OfLanded(EdgePlan edge) => edge.Queue is { } queue
        ? new EdgePolicy(ActionOf(edge.OnFull), queue.QueueFrames, queue.LandedFrames, DeadlineNs(queue))
        : null;

    /// <summary>The deadline in nanoseconds; 0: none.</summary>
    public static long DeadlineNs(EdgeQueuePlan? queue) => (queue?.DeadlineMilliseconds ?? 0) * NanosecondsPerMillisecond;

    private static FullAction ActionOf(OnFull onFull) => onFull switch
    {
        OnFull.DropOldest => FullAction.DropOldest,
        OnFull.DropNewest => FullAction.DropNewest,
        OnFull.LatestOnly => FullAction.LatestOnly,
        _ => FullAction.Block,
    };
}
