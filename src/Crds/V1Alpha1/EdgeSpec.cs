using K8sMediaFlow.Crds.Schema;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>An edge between two ports, both written <c>operator.port</c>, and its delivery contract.</summary>
[CelRule("self.from.matches('^[^.]+[.][^.]+$')", "from is written operator.port")]
[CelRule("self.to.matches('^[^.]+[.][^.]+$')", "to is written operator.port")]
[CelRule("self.delivery != 'AtLeastOnce' || self.onFull == 'Block'", "an edge cannot drop and deliver AtLeastOnce")]
[CelRule("self.delivery != 'AtLeastOnce' || !has(self.deadlineMilliseconds)", "an edge cannot have a deadline and deliver AtLeastOnce")]
[CelRule("has(self.keyField) == (self.distribution == 'ByKey')", "distribution ByKey and keyField go together")]
public sealed record EdgeSpec
{
    /// <summary>The output port that frames come from, written operator.port.</summary>
    [MaxChars(127)]
    public required string From { get; init; }

    /// <summary>The input port that frames go to, written operator.port.</summary>
    [MaxChars(127)]
    public required string To { get; init; }

    /// <summary>
    /// Which replicas of the consumer get a frame. OneToOne: the one with the number of the producer's replica; both ends then have as many
    /// replicas.
    /// </summary>
    public Distribution Distribution { get; set; } = Distribution.RoundRobin;

    /// <summary>
    /// The metadata field that ByKey deals frames out by: all frames with the same value go to one replica, in their order. The value is a
    /// whole number, a truth value, a text or bytes.
    /// </summary>
    [MaxChars(63)]
    public string? KeyField { get; set; }

    /// <summary>BySequence restores the order of the source after a stage of several replicas.</summary>
    public FrameOrder Order { get; set; } = FrameOrder.Arrival;

    /// <summary>What the producer does when the edge is full.</summary>
    public OnFull OnFull { get; set; } = OnFull.Block;

    /// <summary>AtLeastOnce keeps a frame until everything that derives from it is done, and sends it again after a failure.</summary>
    public Delivery Delivery { get; set; } = Delivery.AtLeastOnce;

    /// <summary>The age at which a frame is dropped instead of delivered.</summary>
    [Bounds(1, 3600000)]
    public int? DeadlineMilliseconds { get; set; }

    /// <summary>How much of what was sent is kept for consumers that come later.</summary>
    public RetainSpec? Retain { get; set; }
}

/// <summary>How much of what was sent is kept for consumers that come later.</summary>
public sealed record RetainSpec
{
    /// <summary>The most frames.</summary>
    [Bounds(1, 1000000)]
    public int? MaxFrames { get; set; }

    /// <summary>The most bytes, for example 512Mi.</summary>
    public Quantity? MaxBytes { get; set; }

    /// <summary>The longest time.</summary>
    [Bounds(1, 86400)]
    public int? MaxSeconds { get; set; }
}
