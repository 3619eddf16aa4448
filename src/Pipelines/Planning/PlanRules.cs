using System.Globalization;
using System.Net;
using System.Numerics;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Planning;

/// <summary>
/// What must hold in a plan that was read: numbers in bounds, names that are names, ports, edges and links that exist.
/// A walk that stops at the first thing wrong; the place is written as in the document.
/// </summary>
internal static class PlanRules
{
    internal static string? FirstViolation(SidecarPlan plan)
    {
        var check = new PlanCheck();
        check.Number("version.leaseTransitions", plan.Version.LeaseTransitions, 0, long.MaxValue);
        check.Number("version.generation", plan.Version.Generation, 0, long.MaxValue);
        check.Number("version.counter", plan.Version.Counter, 0, long.MaxValue);
        check.Label("namespace", plan.Namespace);
        check.Label("pipeline", plan.Pipeline);
        check.Label("pod", plan.Pod);
        check.Number("polling.spinMicroseconds", plan.Polling.SpinMicroseconds, 0, PlanLimits.SpinMicrosecondsMax);
        check.That("encryption", plan is { Encryption: Encryption.None } or { Transport: Transport.Tcp },
            "links with encryption TLS travel over TCP only");
        check.That("rdmaAddress", plan.RdmaAddress is null || IPAddress.TryParse(plan.RdmaAddress, out _),
            $"'{plan.RdmaAddress}' is no IP address");
        check.Number("queuePairs", plan.QueuePairs ?? 1, 1, PlanLimits.QueuePairsMax);
        check.Number("trafficClass", plan.TrafficClass ?? 0, 0, PlanLimits.TrafficClassMax);
        check.Number("linkSilenceMilliseconds", plan.LinkSilenceMilliseconds ?? StagingNode.LinkSilenceMillisecondsDefault,
            PlanLimits.LinkSilenceMillisecondsMin, PlanLimits.LinkSilenceMillisecondsMax);
        check.Number("linkHungMilliseconds", plan.LinkHungMilliseconds ?? StagingNode.LinkHungMillisecondsDefault,
            PlanLimits.LinkHungMillisecondsMin, PlanLimits.LinkHungMillisecondsMax);
        check.Each("edges", plan.Edges, edge => edge.Name, CheckEdge);
        if (check.Failed)
            return check.Error;
        var edges = plan.Edges.ToDictionary(edge => edge.Name);
        check.Each("operators", plan.Operators, op => $"{op.Name}/{op.Replica}", (at, op) => CheckOperator(at, op, edges));
        check.Each("outbound", plan.Outbound, LinkKey, (at, link) => CheckLink(at, link, edges, inbound: false));
        check.Each("inbound", plan.Inbound, LinkKey, (at, link) => CheckLink(at, link, edges, inbound: true));
        return check.Error;
    }

    private static string LinkKey(LinkPlan link) => $"{link.Edge} {link.PeerPod}";

    private static void CheckEdge(PlanCheck at, EdgePlan edge)
    {
        CheckPort(at.Under("from"), edge.From);
        CheckPort(at.Under("to"), edge.To);
        at.That("name", edge.Name == $"{edge.From}->{edge.To}", $"'{edge.Name}' is not '{edge.From}->{edge.To}'");
        at.Number("channelCapacity", edge.ChannelCapacity, PlanLimits.ChannelCapacityMin, PlanLimits.ChannelCapacityMax);
        at.That("channelCapacity", BitOperations.IsPow2(edge.ChannelCapacity), $"{edge.ChannelCapacity} is no power of two");
        at.Number("maxBorrowed", edge.MaxBorrowed, 1, edge.ChannelCapacity);
        CheckCaps(at.Under("caps"), edge.Caps);
        at.Number("frameSizeBytes", edge.FrameSizeBytes, 1, FrameLimits.PayloadBytesMax);
        at.That("frameSizeBytes", at.Failed || edge.FrameSizeBytes == edge.Caps.FrameBytes,
            $"{edge.FrameSizeBytes} is not what the caps imply");
        at.That("queue", edge.Queue is null == (edge.Delivery == Delivery.AtLeastOnce),
            "it is there if delivery is AtMostOnce, and only then");
        at.That("onFull", edge.Queue is not null || edge.OnFull == OnFull.Block,
            $"{edge.OnFull} drops frames, and delivery is AtLeastOnce");
        if (edge.Queue is { } queue)
            CheckQueue(at.Under("queue"), queue, edge.ChannelCapacity);
        at.Text("wayReason", edge.WayReason);
        at.That("pairsReplicas", edge.PairsReplicas == (edge.Distribution == Distribution.OneToOne),
            $"distribution {edge.Distribution} is said to {(edge.PairsReplicas ? "" : "not ")}pair replicas");
        at.That("keyField", edge.KeyField is null == (edge.Distribution != Distribution.ByKey),
            "it is there if the distribution is ByKey, and only then");
        CheckEnds(at, "producers", edge.Producers, edge.From.Operator);
        CheckEnds(at, "consumers", edge.Consumers, edge.To.Operator);
    }

    private static void CheckQueue(PlanCheck at, EdgeQueuePlan queue, int capacity)
    {
        at.Number("queueFrames", queue.QueueFrames, 1, capacity);
        at.Number("windowFrames", queue.WindowFrames, 1, PlanLimits.WindowFramesMax);
        at.Number("landedFrames", queue.LandedFrames, 1, queue.WindowFrames);
        at.Number("deadlineMilliseconds", queue.DeadlineMilliseconds ?? 1, 1, PlanLimits.DeadlineMillisecondsMax);
    }

    private static void CheckEnds(PlanCheck at, string field, IReadOnlyList<EndpointPlan> ends, string name)
    {
        at.That(field, ends.Count > 0, "an edge has at least one replica at each end");
        at.Each(field, ends, end => $"{end.Operator}/{end.Replica}", (item, end) =>
        {
            item.That("operator", end.Operator == name, $"'{end.Operator}' is not '{name}'");
            item.Number("replica", end.Replica, 0, PlanLimits.ReplicasMax - 1);
            item.Label("pod", end.Pod);
        });
    }

    private static void CheckPort(PlanCheck at, PortRef port)
    {
        at.Label("operator", port.Operator);
        at.Label("port", port.Port);
    }

    private static void CheckCaps(PlanCheck at, MediaCaps caps)
    {
        foreach (var wrong in CapsRules.Check(caps).Take(1))
            at.That(wrong.Field, false, wrong.Message);
    }

    private static void CheckOperator(PlanCheck at, MediaOperatorPlan op, Dictionary<string, EdgePlan> edges)
    {
        at.Label("name", op.Name);
        at.Number("replica", op.Replica, 0, PlanLimits.ReplicasMax - 1);
        at.That("tokenSha256", op.TokenSha256.Length == 64 && op.TokenSha256.All(char.IsAsciiHexDigitLower),
            "64 lower-case hex digits are expected");
        at.Number("maxBorrowed", op.MaxBorrowed, 0, PlanLimits.ChannelCapacityMax);
        CheckClasses(at, op.RegionClasses, needed: op.Outputs.Count > 0);
        at.Each("inputs", op.Inputs, port => port.Name, (item, port) =>
        {
            item.Label("name", port.Name);
            CheckCaps(item.Under("caps"), port.Caps);
            item.That("edge", edges.TryGetValue(port.Edge, out var edge) && edge.To == new PortRef(op.Name, port.Name),
                $"no edge '{port.Edge}' ends in {op.Name}.{port.Name}");
        });
        at.Each("outputs", op.Outputs, port => port.Name, (item, port) =>
        {
            item.Label("name", port.Name);
            CheckCaps(item.Under("caps"), port.Caps);
            item.Number("quotaBlocks", port.QuotaBlocks, 1, PlanLimits.BlocksMax);
            item.Each("edges", port.Edges, name => name, (place, name) =>
                place.That("", edges.TryGetValue(name, out var edge) && edge.From == new PortRef(op.Name, port.Name),
                    $"no edge '{name}' begins at {op.Name}.{port.Name}"));
        });
    }

    private static void CheckClasses(PlanCheck at, IReadOnlyList<BlockClassPlan> classes, bool needed)
    {
        at.That("regionClasses", classes.Count <= PlanLimits.ClassesMax, $"{classes.Count} are more than {PlanLimits.ClassesMax}");
        at.That("regionClasses", !needed || classes.Count > 0, "a producer needs a region");
        at.Each("regionClasses", classes, one => one.SizeBytes.ToString(CultureInfo.InvariantCulture), (item, one) =>
        {
            item.Number("sizeBytes", one.SizeBytes, PlanLimits.PageBytes, PlanLimits.BlockBytesMax);
            item.That("sizeBytes", one.SizeBytes % PlanLimits.PageBytes == 0, $"{one.SizeBytes} is no multiple of {PlanLimits.PageBytes}");
            item.Number("count", one.Count, 1, PlanLimits.BlocksMax);
        });
        at.That("regionClasses", at.Failed || classes.Sum(one => (long)one.Count) <= PlanLimits.BlocksMax,
            $"more than {PlanLimits.BlocksMax} blocks");
    }

    private static void CheckLink(PlanCheck at, LinkPlan link, Dictionary<string, EdgePlan> edges, bool inbound)
    {
        at.That("edge", edges.ContainsKey(link.Edge), $"the plan has no edge '{link.Edge}'");
        at.Label("peerPod", link.PeerPod);
        at.That("peerAddress", IPAddress.TryParse(link.PeerAddress, out _), $"'{link.PeerAddress}' is no IP address");
        at.Number("peerLinkPort", link.PeerLinkPort, 1, ushort.MaxValue);
        at.That("peerIdentities", link.PeerIdentities.Count > 0, "a link without an identity to check would trust anybody");
        at.Each("peerIdentities", link.PeerIdentities, uri => uri, (item, uri) =>
            item.That("", PeerIdentity.IsWellFormed(uri), $"'{uri}' is no {PeerIdentity.Scheme}://namespace/pipeline/operator"));
        CheckClasses(at, link.RegionClasses, needed: inbound);
        at.That("regionClasses", inbound || link.RegionClasses.Count == 0, "an outbound link sends from its producers' regions");
    }
}
