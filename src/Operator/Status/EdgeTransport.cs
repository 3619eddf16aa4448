using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Operator.Status;

/// <summary>What the frames of an edge travel over, by the word of its links, and why.</summary>
/// <param name="Name">Local, TCP, RDMA, or both where its links differ; null while no link has stood yet and the plan leaves it
/// open.</param>
internal sealed record EdgeTransport(string? Name, string Reason)
{
    private const string Tcp = "TCP", Rdma = "RDMA";

    public static EdgeTransport Of(StatusInput input, EdgePlan edge)
    {
        if (Idle(input, edge) is { } idle)
            return new(null, idle);
        if (edge.Way is EdgeWay.Local or EdgeWay.Tcp)
            return new(edge.Way == EdgeWay.Local ? "Local" : Tcp, edge.WayReason);
        var links = Standing(input, edge.Name).ToList();
        if (links.Count == 0)
            return Before(input, edge) ?? new(null, edge.WayReason);
        return new(Names(links), $"{edge.WayReason}; {WhyOf(input, links)}");
    }

    /// <summary>Why nothing moves on an edge one end of which is scaled to 0.</summary>
    public static string? Idle(StatusInput input, EdgePlan edge) =>
        input.Idle.Contains(edge.To.Operator)
            ? $"operator '{edge.To.Operator}' is scaled to 0: frames for it wait, and so does '{edge.From.Operator}' once its share of memory is full"
        : input.Idle.Contains(edge.From.Operator)
            ? $"operator '{edge.From.Operator}' is scaled to 0: '{edge.To.Operator}' gets no frames"
            : null;

    /// <summary>The same for all of a pipeline's edges between pods together, for its column.</summary>
    public static string? OfAll(StatusInput input)
    {
        if (input.Accepted is not { } accepted)
            return null;
        var remote = accepted.WidestPlan.Edges.Where(edge => edge.Way != EdgeWay.Local).ToList();
        var names = remote.SelectMany(edge => Of(input, edge).Name?.Split(',') ?? []).Distinct().Order(StringComparer.Ordinal).ToList();
        return remote.Count == 0 ? "Local" : names.Count == 0 ? null : string.Join(',', names);
    }

    /// <summary>What these links run on, and why those that do not run on RDMA do not. They are at least one.</summary>
    public static string WhyOf(StatusInput input, IReadOnlyList<LinkStatus> links)
    {
        Invariant.That(links.Count > 0);
        if (!links.Any(IsTcp))
            return Rdma;
        var why = $"{Tcp}, since {WhyTcp(input, links)}";
        return links.All(IsTcp) ? why : $"{Rdma} on {links.Count(link => !IsTcp(link))} of {links.Count} link ends; {why}";
    }

    public static bool IsTcp(LinkStatus link) => !string.Equals(link.Way, nameof(EdgeWay.Rdma), StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// Links that run on something. One that is lost may never have: what it ran on, if it did, is in the status before.
    /// </summary>
    public static IEnumerable<LinkStatus> Standing(StatusInput input, string? edge = null) =>
        input.Slots.SelectMany(slot => input.Report(slot).Status?.Links ?? [])
        .Where(link => link.State is LinkState.Ready or LinkState.Drained && (edge is null || link.Edge == edge));

    private static string Names(List<LinkStatus> links) =>
        string.Join(',', links.Select(link => IsTcp(link) ? Tcp : Rdma).Distinct().Order(StringComparer.Ordinal));

    /// <summary>
    /// The cause that is furthest up: where the pipeline asked for no device, or no node has it, it is no news that a sidecar found none.
    /// </summary>
    private static string WhyTcp(StatusInput input, IReadOnlyList<LinkStatus> links)
    {
        if (input.Graph is { Rdma: null, Transport: Transport.Auto })
            return "spec.rdma names no device";
        var tcp = links.Where(IsTcp).ToList();
        // Both ends report a link, so that each end is a peer of the other.
        return input.MissingDevice
            ?? Obstacles(input).Where(one => tcp.Any(link => link.PeerPod == one.Pod)).Select(one => one.Text).FirstOrDefault()
            ?? tcp.Select(link => link.WayReason).FirstOrDefault(reason => reason.Length > 0) ?? "an end of it does not say why";
    }

    /// <summary>Sidecars that cannot use RDMA, and why in words.</summary>
    public static IEnumerable<(string Pod, string Reason, string Text)> Obstacles(StatusInput input) =>
        from slot in input.Slots
        let rdma = input.Report(slot).Status?.Rdma
        where rdma is { Usable: false }
        let detail = rdma.Detail.StartsWith(rdma.Obstacle, StringComparison.Ordinal) ? rdma.Detail : $"{rdma.Obstacle}: {rdma.Detail}"
        select (slot.Slot.Stable, rdma.Obstacle, $"pod {slot.Slot.Stable}: {detail}");

    /// <summary>
    /// A batch that has ended has no links, one that is lost runs on nothing, and a controller that has just started has not heard of them.
    /// </summary>
    private static EdgeTransport? Before(StatusInput input, EdgePlan edge) =>
        input.Before?.Edges.FirstOrDefault(one => one.Name == edge.Name) is
        {
            Transport: Tcp or Rdma or $"{Rdma},{Tcp}",
            Reason: { } reason
        } before
        && reason.StartsWith(edge.WayReason, StringComparison.Ordinal) ? new(before.Transport, reason) : null;
}
