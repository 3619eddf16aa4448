using K8sMediaFlow.Cli.Run.Processes;
using K8sMediaFlow.Control;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Cli.Run.Preparation;

/// <summary>A pod to run: its sidecar, how to call it, and its plan.</summary>
internal sealed record PodSpec(string Name, ProcessCommand Sidecar, ControlClientOptions Control, PlanDocument Plan);

/// <summary>One replica of a media operator to run.</summary>
internal sealed record ReplicaSpec(string Operator, int Replica, string Pod, ProcessCommand Command)
{
    public string Name => $"{Operator}-{Replica}";
}

/// <summary>Everything that a run needs once its files are in its directory.</summary>
/// <param name="Edges">Names of all edges, in the document's order.</param>
/// <param name="StallAfter">The run fails when nothing moves on any edge for so long; null: never.</param>
internal sealed record RunSpec(
    string Pipeline,
    Execution Execution,
    string Directory,
    IReadOnlyList<PodSpec> Pods,
    IReadOnlyList<ReplicaSpec> Replicas,
    IReadOnlyList<string> Edges,
    TimeSpan? StallAfter)
{
    /// <summary>
    /// How long a sidecar may say nothing since its last word before it is ended and started again; three times as long after its start.
    /// Time in which it waited for a processor does not count.
    /// </summary>
    public TimeSpan SilenceMax { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>Pods with a link that may use nothing but RDMA.</summary>
    public IReadOnlyList<string> PodsThatNeedRdma { get; init; } = [];
}
