using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>An edge between two ports, both written <c>operator.port</c>, and its delivery contract.</summary>
public sealed record EdgeSpec
{
    /// <summary>The output port that frames come from, written operator.port.</summary>
    public required string From { get; init; }

    /// <summary>The input port that frames go to, written operator.port.</summary>
    public required string To { get; init; }

    /// <summary>Which replicas of the consumer get a frame.</summary>
    public Distribution Distribution { get; set; } = Distribution.RoundRobin;

    /// <summary>The metadata field that ByKey deals frames out by.</summary>
    public string? KeyField { get; set; }

    /// <summary>BySequence restores the order of the source after a stage of several replicas.</summary>
    public FrameOrder Order { get; set; } = FrameOrder.Arrival;

    /// <summary>What the producer does when the edge is full.</summary>
    public OnFull OnFull { get; set; } = OnFull.Block;

    /// <summary>AtLeastOnce keeps a frame until everything that derives from it is done, and sends it again after a failure.</summary>
    public Delivery Delivery { get; set; } = Delivery.AtLeastOnce;

    /// <summary>The age at which a frame is dropped instead of delivered.</summary>
    public int? DeadlineMilliseconds { get; set; }

    /// <summary>How much of what was sent is kept for consumers that come later.</summary>
    public RetainSpec? Retain { get; set; }
}

/// <summary>How much of what was sent is kept for consumers that come later.</summary>
public sealed record RetainSpec
{
    /// <summary>The most frames.</summary>
    public int? MaxFrames { get; set; }

    /// <summary>The most bytes, for example 512Mi.</summary>
    public Quantity? MaxBytes { get; set; }

    /// <summary>The longest time.</summary>
    public int? MaxSeconds { get; set; }
}
