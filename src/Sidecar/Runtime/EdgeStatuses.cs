using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Sidecar.Channels;

namespace K8sMediaFlow.Sidecar.Runtime;

/// <summary>
/// What a pod knows of its edges: the counters that consumers keep in the channels, and how full the producers' regions are.
/// </summary>
internal static class EdgeStatuses
{
    public static List<EdgeStatus> Of(PodRuntime runtime)
    {
        var tallies = runtime.Ports.Tally();
        var blocks = BlocksOf(runtime.Ports);
        return [.. runtime.Plan.Edges.SelectMany(edge => SidesOf(runtime.Plan, edge)
            .Select(side => Of(edge, side, WayOf(runtime, edge.Name, side),
            tallies.GetValueOrDefault((edge.Name, side))
                ?? new ChannelTally(), blocks.GetValueOrDefault((edge.Name, side)), HasEnded(runtime, edge.Name, side)) with
            {
                WaitsFor = runtime.Stalls.WaitsFor(runtime, edge.Name, side,
                    tallies.GetValueOrDefault((edge.Name, side)) ?? new ChannelTally()),
            }))];
    }

    private static EdgeStatus Of(EdgePlan edge, EdgeSide side, string way, ChannelTally tally, (int InUse, int Total) blocks, bool ended) =>
        new(
        edge.Name, side, way,
        tally.Frames, tally.Bytes, tally.Gaps, tally.Duplicates,
        DropsOf(tally), new LatencyHistogram(tally.Latencies), blocks.InUse, blocks.Total, ended);

    /// <summary>What was dropped on this part of the edge, by cause; causes that there were none of are left out.</summary>
    private static Dictionary<string, long> DropsOf(ChannelTally tally)
    {
        var drops = new Dictionary<string, long>();
        foreach (var cause in Enum.GetValues<GapCause>())
            if (tally.Drops[(int)cause] > 0)
                drops.Add(cause.ToString(), tally.Drops[(int)cause]);
        return drops;
    }

    /// <summary>What its links run on; all that there is where they differ.</summary>
    private static string WayOf(PodRuntime runtime, string edge, EdgeSide side)
    {
        var links = side switch
        {
            EdgeSide.Outbound => runtime.Outbound.Where(one => one.Port.Edge == edge).Select(one => one.Link.Status),
            EdgeSide.Inbound => runtime.Inbound.Where(one => one.Port.Edge == edge).Select(one => one.Link.Status),
            _ => [],
        };
        return string.Join('+', links.Select(link => PodStatus.WayOf(runtime.Plan, link)).DefaultIfEmpty(EdgeWay.Local).Distinct().Order());
    }

    private static IEnumerable<EdgeSide> SidesOf(SidecarPlan plan, EdgePlan edge)
    {
        if (edge.Producers.Any(end => end.Pod == plan.Pod) && edge.Consumers.Any(end => end.Pod == plan.Pod))
            yield return EdgeSide.Local;
        if (plan.Outbound.Any(link => link.Edge == edge.Name))
            yield return EdgeSide.Outbound;
        if (plan.Inbound.Any(link => link.Edge == edge.Name))
            yield return EdgeSide.Inbound;
    }

    private static bool HasEnded(PodRuntime runtime, string edge, EdgeSide side) => side switch
    {
        EdgeSide.Outbound => runtime.Outbound.Where(one => one.Port.Edge == edge).All(one => one.Port.Ended),
        EdgeSide.Inbound => runtime.Inbound.Where(one => one.Port.Edge == edge).All(one => one.Port.Ended),
        _ => runtime.Registry.AllCompleted,
    };

    // Each producing region once per part of an edge, however many channels lead out of it.
    private static Dictionary<(string Edge, EdgeSide Side), (int InUse, int Total)> BlocksOf(ChannelBroker ports)
    {
        var blocks = new Dictionary<(string Edge, EdgeSide Side), (int InUse, int Total)>();
        ports.Visit((_, channels) =>
        {
            foreach (var group in channels.GroupBy(channel => (channel.Edge, channel.Side)))
                blocks[group.Key] = Count(group.Select(channel => channel.Producer.OwnRegion).OfType<PodRegion>()
                    .Where(region => region.IsReadable).Distinct());
        });
        return blocks;
    }

    private static (int InUse, int Total) Count(IEnumerable<PodRegion> regions)
    {
        var (inUse, total) = (0, 0);
        foreach (var region in regions)
        {
            total += (int)region.Reader.Layout.BlockCount;
            for (var index = 0; index < region.Reader.Layout.Classes.Length; index++)
                inUse += region.Reader.BlocksInUseOf(index);
        }
        return (inUse, total);
    }
}
