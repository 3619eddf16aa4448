using K8sMediaFlow.Messages;
using K8sMediaFlow.Staging.Delivery;

namespace K8sMediaFlow.Sdk.Ports;

/// <summary>What the sidecar's welcome says of a port.</summary>
internal sealed record PortPlan(
    string Name, FrameCaps? Caps, int Producers, bool BySequence, int ReplayRuns, int QuotaBlocks, IReadOnlyList<EdgePlan> Edges)
{
    private const long NanosecondsPerMillisecond = 1_000_000;
    private const uint FramesMax = 1 << 16;

    /// <summary>Age since the source's send at which an input hands a frame out no more; 0: none.</summary>
    public long DeadlineNs { get; private init; }

    /// <summary>
    /// Frames that the port's consumers may hold, but for those of edges with a policy, each of which has a window of its own. Envelope and
    /// payload of each frame: so many does the quota allow, and so many did the planner count for the consumers and all that is behind
    /// them.
    /// </summary>
    public int WindowFrames => Math.Max(1, (QuotaBlocks / 2) - Edges.Sum(static edge => edge.Policy?.WindowFrames ?? 0));

    public static PortPlan Read(AttachMessage.InputPort.Reader port) => new(
        port.Name.ToString(),
        port.HasCaps ? MediaInfo.Read(port.Caps) : null,
        (int)Math.Clamp(port.ChannelCount, 1, FanIn.ProducersMax),
        port.Order == AttachMessage.Order.BySequence,
        (int)Math.Min(port.ReplayWindow, 1 << 20),
        0,
        [])
    {
        DeadlineNs = DeadlineOf(port.DeadlineMilliseconds),
    };

    public static PortPlan Read(AttachMessage.OutputPort.Reader port)
    {
        var edges = new List<EdgePlan>();
        foreach (var edge in port.Edges)
            edges.Add(new EdgePlan(edge.Name.ToString(), DistributionOf(edge), edge.KeyField.ToString(),
                (int)Math.Clamp(edge.ChannelCount, 1, FanOut.SubscribersMax), PolicyOf(edge)));
        var quotaBlocks = port.QuotaBlocks is 0 or > int.MaxValue ? int.MaxValue : (int)port.QuotaBlocks;
        return new PortPlan(port.Name.ToString(), port.HasCaps ? MediaInfo.Read(port.Caps) : null, 0, false, 0, quotaBlocks, edges);
    }

    public static EdgePolicy Read(AttachMessage.EdgePolicy.Reader policy) =>
        Policy(policy.OnFull, policy.QueueFrames, policy.WindowFrames, policy.DeadlineMilliseconds);

    private static EdgePolicy? PolicyOf(AttachMessage.OutputEdge.Reader edge) => edge.Delivery != AttachMessage.Delivery.AtMostOnce
        || edge.WindowFrames == 0
        ? null
        : Policy(edge.OnFull, edge.QueueFrames, edge.WindowFrames, edge.DeadlineMilliseconds);

    private static EdgePolicy Policy(AttachMessage.OnFull onFull, uint queueFrames, uint windowFrames, uint deadlineMilliseconds) => new(
        onFull switch
        {
            AttachMessage.OnFull.DropOldest => FullAction.DropOldest,
            AttachMessage.OnFull.DropNewest => FullAction.DropNewest,
            AttachMessage.OnFull.LatestOnly => FullAction.LatestOnly,
            _ => FullAction.Block,
        },
        (int)Math.Clamp(queueFrames, 1, FramesMax), (int)Math.Clamp(windowFrames, 1, FramesMax), DeadlineOf(deadlineMilliseconds));

    // Replicas that are paired have one channel each.
    private static FanOutDistribution DistributionOf(AttachMessage.OutputEdge.Reader edge) => edge.Distribution switch
    {
        AttachMessage.Distribution.Broadcast => FanOutDistribution.Broadcast,
        AttachMessage.Distribution.ByKey => FanOutDistribution.ByKey,
        _ => FanOutDistribution.RoundRobin,
    };

    private static long DeadlineOf(uint milliseconds) => milliseconds * NanosecondsPerMillisecond;
}

/// <summary>What the sidecar's welcome says of an edge that leaves a port.</summary>
/// <param name="Name">Of the edge.</param>
/// <param name="Distribution">Which consumers get a frame.</param>
/// <param name="KeyField">The metadata field that frames are dealt out by, if they are.</param>
/// <param name="Consumers">Consumers in the pod, and links to consumers elsewhere.</param>
/// <param name="Policy">What may be dropped; null: nothing.</param>
internal sealed record EdgePlan(string Name, FanOutDistribution Distribution, string KeyField, int Consumers, EdgePolicy? Policy);
