using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Pipelines.Validation;

/// <summary>Numbers that the user chose, and how many of everything there may be.</summary>
internal static class BoundRules
{
    internal const int OperatorsMax = 256;
    internal const int EdgesMax = 1024;
    internal const int PortsMax = 64;
    internal const int LinksMax = 4096;
    internal const int BorrowedMax = 256;

    /// <summary>A node that is not heard of for less is often only busy; after an hour nobody waits any more.</summary>
    internal const int NodeLossSecondsMin = 5, NodeLossSecondsMax = 3600;

    /// <summary>
    /// What a sidecar says to a media operator of its ports and edges is one message of 64 KiB, and some of that is for other things.
    /// </summary>
    internal const int WelcomeBytesMax = (64 << 10) - 512;

    /// <summary>Container ports, environment variables, mounts and claims of one media operator.</summary>
    internal const int PartsMax = 256;

    /// <summary>List lengths. Other rules recurse and pair things up, so they only see graphs that pass this one.</summary>
    internal static IEnumerable<GraphViolation> Sizes(PipelineGraph graph) =>
    [
        .. Between("spec.operators", "the number of operators", graph.Operators.Count, 0, OperatorsMax),
        .. Between("spec.edges", "the number of edges", graph.Edges.Count, 0, EdgesMax),
        .. Between("spec.groups", "the number of groups", graph.Groups.Count, 0, OperatorsMax),
        .. Between("spec.volumes", "the number of volumes", graph.Volumes.Count, 0, OperatorsMax),
        .. graph.Operators.SelectMany((node, i) => Between($"spec.operators[{i}]", $"the number of ports of operator '{node.Name}'",
            Math.Max(node.Inputs.Count, node.Outputs.Count), 0, PortsMax)),
        .. graph.Operators.SelectMany((node, i) => Parts($"spec.operators[{i}]", node)),
    ];

    internal static IEnumerable<GraphViolation> Check(PipelineGraph graph) =>
    [
        .. Between("spec.staging.polling.spinMicroseconds", "spinMicroseconds", graph.Polling.SpinMicroseconds, 0,
            PlanLimits.SpinMicrosecondsMax),
        .. Between("spec.rdma.queuePairs", "queuePairs", graph.Rdma?.QueuePairs ?? 1, 1, PlanLimits.QueuePairsMax),
        .. Between("spec.rdma.trafficClass", "trafficClass", graph.Rdma?.TrafficClass ?? 0, 0, PlanLimits.TrafficClassMax),
        .. Between("spec.nodeLossSeconds", "nodeLossSeconds", graph.Staging.NodeLossSeconds, NodeLossSecondsMin, NodeLossSecondsMax),
        .. Between("spec.linkSilenceMilliseconds", "linkSilenceMilliseconds", graph.Staging.LinkSilenceMilliseconds,
            PlanLimits.LinkSilenceMillisecondsMin, PlanLimits.LinkSilenceMillisecondsMax),
        .. Between("spec.linkHungMilliseconds", "linkHungMilliseconds", graph.Staging.LinkHungMilliseconds,
            PlanLimits.LinkHungMillisecondsMin, PlanLimits.LinkHungMillisecondsMax),
        .. Between("spec.edges", "the number of replica pairs of all edges", Pairs(graph), 0, LinksMax),
        .. Between("spec.operators", "the number of replicas of all operators, as far as they may be scaled,",
            graph.Largest().Operators.Sum(node => Math.Clamp(node.ReplicaCount, 0, PlanLimits.ReplicasMax)), 0,
            PlanLimits.PipelineReplicasMax),
        .. graph.Operators.SelectMany((node, i) => OfOperator($"spec.operators[{i}]", node)),
        .. graph.Edges.SelectMany((edge, i) => Between($"spec.edges[{i}].deadlineMilliseconds", $"deadlineMilliseconds of edge {edge.Name}",
            edge.DeadlineMilliseconds ?? 1, 1, PlanLimits.DeadlineMillisecondsMax)),
        .. graph.Operators.SelectMany((node, i) => Between($"spec.operators[{i}]",
            $"what operator '{node.Name}' has to be told of its ports and edges (shorter names or fewer edges make it less), in bytes,",
            WelcomeBytes(graph, node), 0, WelcomeBytesMax)),
    ];

    // Names with what they are rounded up to, and numbers and caps beside them.
    private static int WelcomeBytes(PipelineGraph graph, MediaOperatorNode node)
    {
        const int portBytes = 152, edgeBytes = 56;
        var ports = node.Inputs.Select(port => port.Name).Concat(node.Outputs.Select(port => port.Name));
        var edges = graph.Edges.Where(edge => edge.From.Operator == node.Name || edge.To.Operator == node.Name);
        return ports.Sum(name => name.Length + portBytes) + edges.Sum(edge => edge.Name.Length + edgeBytes);
    }

    private static IEnumerable<GraphViolation> Parts(string at, MediaOperatorNode node) =>
        from part in new (string Field, int Count)[]
        {
            ("env", node.Environment.Count), ("envFrom", node.Container.EnvironmentSources.Count), ("ports", node.Container.Ports.Count),
            ("volumeMounts", node.VolumeMounts.Count), ("resourceClaims", node.Container.Claims.Count),
                ("resources.claims", node.Container.ClaimNames.Count),
        }
        from violation in Between($"{at}.{part.Field}", $"the number of {part.Field} of operator '{node.Name}'", part.Count, 0, PartsMax)
        select violation;

    private static int Pairs(PipelineGraph graph)
    {
        var index = new GraphIndex(graph);
        var pairs = index.Edges.Sum(edge =>
            (long)index.Operator(edge.From.Operator)!.ReplicaCount * index.Operator(edge.To.Operator)!.ReplicaCount);
        return (int)Math.Clamp(pairs, 0, int.MaxValue);
    }

    private static IEnumerable<GraphViolation> OfOperator(string at, MediaOperatorNode node) =>
        Between($"{at}.replicas", $"replicas of operator '{node.Name}'", node.ReplicaCount, 1, PlanLimits.ReplicasMax)
            .Concat(Between($"{at}.maxReplicas", $"maxReplicas of operator '{node.Name}'", node.MaxReplicas ?? node.ReplicaCount,
                node.ReplicaCount, PlanLimits.ReplicasMax))
            .Concat(node.Inputs.SelectMany((port, i) => Between($"{at}.inputs[{i}].maxBorrowed",
                $"maxBorrowed of {node.Name}.{port.Name}", port.MaxBorrowed ?? 1, 1, BorrowedMax)));

    private static IEnumerable<GraphViolation> Between(string path, string what, int value, int min, int max)
    {
        if (value < min || value > max)
            yield return new(path, GraphReason.OutOfBounds, $"{what} is {value}; it must be between {min} and {max}");
    }
}
