using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Validation;

/// <summary>What the containers of one pod must agree about: they share its fields, its network and its names.</summary>
internal static class PodRules
{
    internal const string SidecarContainer = "sidecar";

    internal static IEnumerable<GraphViolation> Check(PipelineGraph graph) =>
    [
        .. graph.Operators.SelectMany((node, i) => OwnName($"spec.operators[{i}].name", node)),
        .. graph.Groups.SelectMany((group, i) => group.Mode == GroupMode.SamePod ? OfGroup(graph, group, $"spec.groups[{i}]") : []),
    ];

    private static IEnumerable<GraphViolation> OwnName(string at, MediaOperatorNode node)
    {
        if (node.Name == SidecarContainer)
            yield return new(at, GraphReason.Reserved,
                $"'{SidecarContainer}' is the name of the sidecar's container in every pod: name the operator otherwise");
    }

    private static IEnumerable<GraphViolation> OfGroup(PipelineGraph graph, MediaOperatorGroup group, string at)
    {
        var members = group.Operators.Select(name => graph.Operators.FirstOrDefault(node => node.Name == name)).OfType<MediaOperatorNode>()
            .Distinct().ToList();
        return [.. Settings(group, members, at), .. Ports(group, members, at), .. Containers(group, members, at)];
    }

    /// <summary>Fields of the pod: who sets one must set what the others set.</summary>
    private static IEnumerable<GraphViolation> Settings(MediaOperatorGroup group, List<MediaOperatorNode> members, string at) =>
        from field in members.SelectMany(node => node.Container.PodSettings.Keys).Distinct().Order(StringComparer.Ordinal)
        let set = members.Where(node => node.Container.PodSettings.ContainsKey(field)).ToList()
        let other = set.FirstOrDefault(node => node.Container.PodSettings[field] != set[0].Container.PodSettings[field])
        where other is not null
        select new GraphViolation($"{at}.operators", GraphReason.BadGroup,
            $"operators '{set[0].Name}' and '{other.Name}' of group '{group.Name}' share a pod, but set different {field}");

    private static IEnumerable<GraphViolation> Ports(MediaOperatorGroup group, List<MediaOperatorNode> members, string at)
    {
        foreach (var node in members.Where(node => node.Container.Ports.Count > 0
            && Math.Max(node.ReplicaCount, node.MaxReplicas ?? 1) > 1))
            yield return new($"{at}.operators", GraphReason.BadPort,
                $"operator '{node.Name}' listens on ports and may have several replicas in one pod of group '{group.Name}': only one of them could");
        var taken = from node in members from port in node.Container.Ports select (node, port);
        foreach (var same in taken.GroupBy(one => (one.port.Number, one.port.Protocol))
            .Where(same => same.Select(one => one.node).Distinct().Count() > 1))
            yield return new($"{at}.operators", GraphReason.BadPort,
                $"operators '{same.First().node.Name}' and '{same.Last().node.Name}' of group '{group.Name}' share a pod and port {same.Key.Number}/{same.Key.Protocol}");
    }

    /// <summary>Containers are named after their operator, or operator and replica where the pod has several.</summary>
    private static IEnumerable<GraphViolation> Containers(MediaOperatorGroup group, List<MediaOperatorNode> members, string at) =>
        from node in members
        where node.ReplicaCount > 1
        from replica in Enumerable.Range(0, Math.Min(node.ReplicaCount, Planning.PlanLimits.ReplicasMax))
        let name = FormattableString.Invariant($"{node.Name}-{replica}")
        where members.Any(other => other.Name == name)
        select new GraphViolation($"{at}.operators", GraphReason.BadGroup,
            $"operator '{name}' of group '{group.Name}' has the name of the container of replica {replica} of '{node.Name}'");
}
