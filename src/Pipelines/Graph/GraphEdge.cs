namespace K8sMediaFlow.Pipelines.Graph;

/// <summary>An edge from an output port to an input port, and its delivery contract.</summary>
public sealed record GraphEdge(PortRef From, PortRef To)
{
    public Distribution Distribution { get; init; } = Distribution.RoundRobin;
    public string? KeyField { get; init; }
    public FrameOrder Order { get; init; } = FrameOrder.Arrival;
    public OnFull OnFull { get; init; } = OnFull.Block;
    public Delivery Delivery { get; init; } = Delivery.AtLeastOnce;
    public int? DeadlineMilliseconds { get; init; }
    public Retention? Retain { get; init; }

    /// <summary>
    /// What a consumer was given is not sent again, and frames may be dropped: no other edge waits for this one's consumers.
    /// </summary>
    public bool IsSentOnce => Delivery == Delivery.AtMostOnce;

    public string Name => $"{From}->{To}";
}

/// <summary>How much of what was sent a producer keeps for consumers that come later.</summary>
public sealed record Retention(int? MaxFrames, long? MaxBytes, int? MaxSeconds);
