using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>An edge between two ports, both written <c>operator.port</c>, and its delivery contract.</summary>
public sealed record EdgeSpec
{
    public required string From { get; init; }
    public required string To { get; init; }
    public Distribution Distribution { get; set; } = Distribution.RoundRobin;

    /// <summary>The metadata field that ByKey deals frames out by.</summary>
    public string? KeyField { get; set; }

    public FrameOrder Order { get; set; } = FrameOrder.Arrival;
    public OnFull OnFull { get; set; } = OnFull.Block;
    public Delivery Delivery { get; set; } = Delivery.AtLeastOnce;
    public int? DeadlineMilliseconds { get; set; }
    public RetainSpec? Retain { get; set; }
}

/// <summary>How much of what was sent is kept for consumers that come later.</summary>
public sealed record RetainSpec
{
    public int? MaxFrames { get; set; }
    public Quantity? MaxBytes { get; set; }
    public int? MaxSeconds { get; set; }
}
