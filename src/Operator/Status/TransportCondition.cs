using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Operator.Status;

/// <summary>
/// Whether every link between pods is established, over what, and why over that. Where RDMA is demanded, first what prevents it.
/// </summary>
internal static class TransportCondition
{
    public static Answer Of(StatusInput input)
    {
        if (input.Accepted is not { } accepted)
            return new(null, Reasons.NotAccepted, "the pipeline was never accepted");
        var demands = input.Graph?.Transport == Transport.Rdma;
        if (demands && input.MissingDevice is { } missing)
            return new(false, Reasons.ResourceMissing, missing + Scheduler(input));
        var remote = accepted.WidestPlan.Edges.Where(edge => edge.Way != EdgeWay.Local).ToList();
        if (remote.Count == 0)
            return new(true, Reasons.NoLinks, "every edge stays inside a pod");
        if (input.Outcome is { Phase: Crds.V1Alpha1.PipelinePhase.Succeeded })
            return new(true, Reasons.Succeeded, "every link has brought what it had to");
        return (demands ? OfObstacles(input) : null) ?? OfLinks(input, remote, demands);
    }

    /// <summary>A sidecar that cannot do what is demanded; its word for why is the reason.</summary>
    private static Answer? OfObstacles(StatusInput input) => EdgeTransport.Obstacles(input).FirstOrDefault() is { Pod: not null } one
        ? new(false, Reasons.Obstacles.Contains(one.Reason) ? one.Reason : Reasons.Connecting, one.Text)
        : null;

    private static Answer OfLinks(StatusInput input, List<EdgePlan> remote, bool demands)
    {
        // A link with a pod that is scaled away, to 0 perhaps, is not waited for.
        var running = input.Slots.Select(slot => slot.Slot.Stable).ToHashSet();
        var links = input.Slots.SelectMany(slot => input.Report(slot).Status?.Links ?? []).Where(link => running.Contains(link.PeerPod))
            .ToList();
        if (links.FirstOrDefault(link => link.State == LinkState.Lost) is { } lost)
            return new(false, Reasons.LinkLost, $"link of {lost.Edge} with pod {lost.PeerPod}: {lost.Reason}");
        // Both ends of a link report it.
        var expected = input.Accepted!.WidestPlan.Sidecars.Where(one => running.Contains(one.Pod))
            .Sum(one => one.Outbound.Concat(one.Inbound).Count(link => running.Contains(link.PeerPod)));
        Invariant.That(expected % 2 == 0);
        var ready = links.Count(link => link.State is LinkState.Ready or LinkState.Drained);
        var why = Why(input, remote);
        if (ready >= expected)
            return new(true, Reasons.Connected, why);
        return demands && NetworkProblem(input) is { } problem
            ? new(false, Reasons.NetworkAddressMissing, problem)
            : new(false, Reasons.Connecting, $"{ready / 2} of {expected / 2} links are ready; {why}{Scheduler(input)}");
    }

    private static string Why(StatusInput input, List<EdgePlan> remote)
    {
        var standing = EdgeTransport.Standing(input).ToList();
        if (remote[0].Way == EdgeWay.Tcp || standing.Count == 0)
            return remote[0].WayReason;
        return EdgeTransport.WhyOf(input, standing) + (NetworkProblem(input) is { } problem ? $"; {problem}" : "");
    }

    private static string? NetworkProblem(StatusInput input) =>
        input.Slots.Select(slot => slot.Current?.Rdma.Problem).FirstOrDefault(problem => problem is not null);

    /// <summary>Why a pod waits, in the scheduler's own words.</summary>
    private static string Scheduler(StatusInput input) =>
        input.Slots.Select(slot => slot.Current?.PodIssue).FirstOrDefault(trouble => trouble?.Reason == Reasons.Unschedulable) is { } waits
            ? $"; {waits.Message}"
            : "";
}
