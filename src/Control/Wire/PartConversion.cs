using Grpc.Core;
using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Control.Wire;

/// <summary>Edges, media operators and links to and from the wire. The enums share their numbers with the wire's.</summary>
internal static class PartConversion
{
    public static EdgeStatus ToWire(Control.Status.EdgeStatus edge)
    {
        var wire = new EdgeStatus
        {
            Edge = edge.Edge,
            Side = (EdgeSide)edge.Side,
            Way = edge.Way,
            Frames = (ulong)edge.Frames,
            Bytes = (ulong)edge.Bytes,
            Gaps = (ulong)edge.Gaps,
            Duplicates = (ulong)edge.Duplicates,
            BlocksInUse = (uint)edge.BlocksInUse,
            BlocksTotal = (uint)edge.BlocksTotal,
            Ended = edge.Ended,
            WaitsFor = edge.WaitsFor,
        };
        foreach (var (cause, count) in edge.Drops)
            wire.Drops[cause] = (ulong)count;
        var buckets = edge.Latency.Buckets;
        var used = buckets.LastIndexOfAnyExcept(0L) + 1;
        foreach (var count in buckets[..used])
            wire.LatencyBuckets.Add((ulong)count);
        return wire;
    }

    public static Control.Status.EdgeStatus FromWire(EdgeStatus wire)
    {
        if (wire.LatencyBuckets.Count > LatencyHistogram.BucketCount)
            throw new ControlException(StatusCode.Internal, $"edge {wire.Edge}: {wire.LatencyBuckets.Count} latency buckets");
        return new(
            wire.Edge,
            Known<Control.Status.EdgeSide>((int)wire.Side),
            wire.Way,
            (long)wire.Frames,
            (long)wire.Bytes,
            (long)wire.Gaps,
            (long)wire.Duplicates,
            wire.Drops.ToDictionary(drop => drop.Key, drop => (long)drop.Value),
            new LatencyHistogram(wire.LatencyBuckets.Select(count => (long)count).ToArray()),
            (int)Math.Min(wire.BlocksInUse, int.MaxValue),
            (int)Math.Min(wire.BlocksTotal, int.MaxValue),
            wire.Ended)
        {
            WaitsFor = wire.WaitsFor,
        };
    }

    public static MediaOperatorReport ToWire(Control.Status.MediaOperatorReport status) => new()
    {
        Name = status.Name,
        Replica = (uint)status.Replica,
        State = (MediaOperatorState)status.State,
        Incarnation = status.Incarnation,
        Reason = status.Reason,
    };

    public static Control.Status.MediaOperatorReport FromWire(MediaOperatorReport wire)
        => new(wire.Name, (int)wire.Replica, Known<Control.Status.MediaOperatorState>((int)wire.State), wire.Incarnation, wire.Reason);

    public static LinkStatus ToWire(Control.Status.LinkStatus link) => new()
    {
        Edge = link.Edge,
        PeerPod = link.PeerPod,
        Direction = (LinkDirection)link.Direction,
        State = (LinkState)link.State,
        Way = link.Way,
        Epoch = link.Epoch,
        Reason = link.Reason,
        NotDone = (ulong)link.NotDone,
        Reconnects = (ulong)link.Reconnects,
        WayReason = link.WayReason,
    };

    public static Control.Status.LinkStatus FromWire(LinkStatus wire) => new(
        wire.Edge,
        wire.PeerPod,
        Known<Control.Status.LinkDirection>((int)wire.Direction),
        Known<Control.Status.LinkState>((int)wire.State),
        wire.Way,
        wire.Epoch,
        wire.Reason,
        (long)wire.NotDone,
        (long)wire.Reconnects)
    {
        WayReason = wire.WayReason,
    };

    public static RdmaStatus ToWire(Control.Status.RdmaStatus rdma) => new()
    {
        Usable = rdma.Usable,
        Device = rdma.Device,
        Address = rdma.Address,
        Obstacle = rdma.Obstacle,
        Detail = rdma.Detail,
        Probes = (ulong)rdma.Probes,
    };

    public static Control.Status.RdmaStatus FromWire(RdmaStatus wire) =>
        new(wire.Usable, wire.Device, wire.Address, wire.Obstacle, wire.Detail)
        {
            Probes = (long)wire.Probes,
        };

    private static T Known<T>(int number)
        where T : struct, Enum
        => Enum.IsDefined(typeof(T), number)
            ? (T)Enum.ToObject(typeof(T), number)
            : throw new ControlException(StatusCode.Internal, $"{typeof(T).Name} {number} is not known");
}
