using K8sMediaFlow.Control.Status;

namespace K8sMediaFlow.Operator.Plans;

/// <summary>
/// What a sidecar says, cut down to what can be worked with: it runs beside the user's own programs and may say anything. No text is longer
/// than a person reads, no list longer than a plan's, no count negative or so large that sums of it break.
/// </summary>
internal static class HeardStatus
{
    public const int CharsMax = 300, PartsMax = 8192, CausesMax = 64;
    public const long CountMax = 1L << 42;

    public static SidecarStatus Of(SidecarStatus said) => said with
    {
        Incarnation = Text(said.Incarnation),
        MonotonicNanoseconds = Math.Max(0, said.MonotonicNanoseconds),
        Edges = [.. said.Edges.DistinctBy(edge => (edge.Edge, edge.Side)).Take(PartsMax).Select(Edge)],
        Operators = [.. said.Operators.Take(PartsMax).Select(one =>
            one with { Name = Text(one.Name), Incarnation = Text(one.Incarnation), Reason = Text(one.Reason) })],
        Links = [.. said.Links.Take(PartsMax).Select(Link)],
        Rdma = said.Rdma is { } rdma ? rdma with
        {
            Device = Text(rdma.Device),
            Address = Text(rdma.Address),
            Obstacle = Text(rdma.Obstacle),
            Detail = Text(rdma.Detail)
        } : null,
    };

    private static EdgeStatus Edge(EdgeStatus edge) => edge with
    {
        Edge = Text(edge.Edge),
        Way = Text(edge.Way),
        Frames = Count(edge.Frames),
        Bytes = Count(edge.Bytes),
        Gaps = Count(edge.Gaps),
        Duplicates = Count(edge.Duplicates),
        WaitsFor = Text(edge.WaitsFor),
        Drops = edge.Drops.Take(CausesMax).DistinctBy(one => Text(one.Key)).ToDictionary(one => Text(one.Key), one => Count(one.Value)),
    };

    private static LinkStatus Link(LinkStatus link) => link with
    {
        Edge = Text(link.Edge),
        PeerPod = Text(link.PeerPod),
        Way = Text(link.Way),
        Reason = Text(link.Reason),
        WayReason = Text(link.WayReason),
        NotDone = Count(link.NotDone),
        Reconnects = Count(link.Reconnects),
    };

    /// <summary>As (long) of an unsigned number that is too large it comes as a negative one.</summary>
    private static long Count(long said) => said < 0 ? CountMax : Math.Min(said, CountMax);

    private static string Text(string said) => said.Length > CharsMax ? said[..CharsMax] + "…" : said;
}
