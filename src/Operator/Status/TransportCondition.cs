using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Operator.Reconcile;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Operator.Status;

/// <summary>Whether every link between pods stands, over what, and why over that.</summary>
internal static class TransportCondition
{
    public static Answer Of(StatusInput input)
    {
        if (input.Accepted is not { } accepted)
            return new(null, Reasons.NotAccepted, "the pipeline was never accepted");
        if (input.MissingResource is { } resource && input.Graph?.Transport == Pipelines.Graph.Transport.Rdma)
            return new(false, Reasons.ResourceMissing, $"no node that the pods may use offers {resource}");
        var remote = accepted.WidestPlan.Edges.Where(edge => edge.Way != EdgeWay.Local).ToList();
        if (remote.Count == 0)
            return new(true, Reasons.NoLinks, "every edge stays inside a pod");
        if (input.Outcome is { Phase: Crds.V1Alpha1.PipelinePhase.Succeeded })
            return new(true, Reasons.Succeeded, "every link has brought what it had to");
        return OfLinks(input, remote);
    }

    /// <summary>What frames between pods travel over, for a column.</summary>
    public static string? Name(StatusInput input) => input.Accepted?.WidestPlan.Edges.Select(edge => Name(edge.Way)).Where(name => name != "Local").Distinct().DefaultIfEmpty("Local").Aggregate((one, other) => $"{one},{other}");

    public static string Name(EdgeWay way) => way switch { EdgeWay.Local => "Local", EdgeWay.Rdma => "RDMA", _ => "TCP" };

    private static Answer OfLinks(StatusInput input, List<EdgePlan> remote)
    {
        var links = input.Slots.SelectMany(slot => input.Report(slot).Status?.Links ?? []).ToList();
        if (links.FirstOrDefault(link => link.State == LinkState.Lost) is { } lost)
            return new(false, Reasons.LinkLost, $"link of {lost.Edge} with pod {lost.PeerPod}: {lost.Reason}");
        var missing = input.MissingResource is { } resource ? $"; no node that the pods may use offers {resource}" : "";
        var why = $"{remote[0].WayReason}{missing}";
        // Both ends of a link report it.
        var running = input.Slots.Select(slot => slot.Slot.Stable).ToHashSet();
        var expected = input.Accepted!.WidestPlan.Sidecars.Where(one => running.Contains(one.Pod)).Sum(one => one.Outbound.Concat(one.Inbound).Count(link => running.Contains(link.PeerPod)));
        var ready = links.Count(link => link.State is LinkState.Ready or LinkState.Drained);
        return ready >= expected ? new(true, Reasons.Connected, why) : new(false, Reasons.Connecting, $"{ready / 2} of {expected / 2} links are ready; {why}");
    }
}
