using K8sMediaFlow.Control.Status;

namespace K8sMediaFlow.Control.Wire;

/// <summary>Status values to and from the wire's messages.</summary>
internal static class StatusConversion
{
    public static Status ToWire(SidecarStatus status)
    {
        var wire = new Status
        {
            Pod = status.Pod,
            Incarnation = status.Incarnation,
            Plan = ToWire(status.Plan),
            Draining = status.Draining,
            Finished = status.Finished,
            MonotonicNanoseconds = status.MonotonicNanoseconds,
            Rdma = status.Rdma is { } rdma ? PartConversion.ToWire(rdma) : null,
        };
        wire.Edges.AddRange(status.Edges.Select(PartConversion.ToWire));
        wire.Operators.AddRange(status.Operators.Select(PartConversion.ToWire));
        wire.Links.AddRange(status.Links.Select(PartConversion.ToWire));
        return wire;
    }

    public static SidecarStatus FromWire(Status wire) => new(
        wire.Pod,
        wire.Incarnation,
        FromWire(wire.Plan),
        wire.Draining,
        wire.Finished,
        wire.MonotonicNanoseconds,
        wire.Edges.Select(PartConversion.FromWire).ToList(),
        wire.Operators.Select(PartConversion.FromWire).ToList(),
        wire.Links.Select(PartConversion.FromWire).ToList())
    {
        Rdma = wire.Rdma is { } rdma ? PartConversion.FromWire(rdma) : null,
    };

    public static Wire.PlanVersion? ToWire(Pipelines.Planning.PlanVersion? version) =>
        version is not { } known ? null : new Wire.PlanVersion
        {
            LeaseTransitions = known.LeaseTransitions,
            Generation = known.Generation,
            Counter = known.Counter,
        };

    public static Pipelines.Planning.PlanVersion? FromWire(Wire.PlanVersion? wire)
        => wire is null ? null : new(wire.LeaseTransitions, wire.Generation, wire.Counter);
}
