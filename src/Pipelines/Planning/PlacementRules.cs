using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Planning;

/// <summary>A placement is made by programs, not by users: what is wrong with one is an error of the caller.</summary>
internal static class PlacementRules
{
    internal static void Demand(PipelineGraph graph, Placement placement)
    {
        var wanted = Replicas(Placement.Of(graph)).ToHashSet();
        var placed = Replicas(placement).ToList();
        Demand(placed.Count == placed.Distinct().Count(), "a replica is placed twice");
        Demand(placed.Count == wanted.Count && wanted.SetEquals(placed),
            "the placement does not have every replica of the graph, or has others");
        Demand(placement.Pods.Select(pod => pod.Name).Distinct().Count() == placement.Pods.Count, "two pods have one name");
        foreach (var group in graph.Groups.Where(group => group.Mode == GroupMode.SamePod))
            Demand(placement.Pods.Count(pod => pod.Replicas.Any(replica => group.Operators.Contains(replica.Operator))) == 1,
                $"group '{group.Name}' is not in one pod");
    }

    private static IEnumerable<(string, int)> Replicas(Placement placement) =>
        placement.Pods.SelectMany(pod => pod.Replicas).Select(replica => (replica.Operator, replica.Replica));

    private static void Demand(bool holds, string message)
    {
        if (!holds)
            throw new ArgumentException(message, nameof(Placement).ToLowerInvariant());
    }
}
