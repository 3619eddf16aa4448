using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Operator.Status;

/// <summary>Everything that the status of a pipeline follows from.</summary>
internal sealed record StatusInput
{
    /// <summary>Of the object as it is stored, accepted or not.</summary>
    public required long Generation { get; init; }

    public Refusal? Refusal { get; init; }

    /// <summary>What runs: the last spec that was accepted; null where none ever was.</summary>
    public AcceptedPipeline? Accepted { get; init; }

    /// <summary>With the replicas that are to run.</summary>
    public PipelineGraph? Graph { get; init; }

    public PipelineStatus? Before { get; init; }
    public IReadOnlyList<SlotDecision> Slots { get; init; } = [];

    /// <summary>What the last change of the spec does to pods, by stable name.</summary>
    public IReadOnlyDictionary<string, PodChange> Changes { get; init; } = new Dictionary<string, PodChange>();

    /// <summary>By uid of the pod.</summary>
    public IReadOnlyDictionary<string, SidecarReport> Reports { get; init; } = new Dictionary<string, SidecarReport>();

    /// <summary>What a batch has come to, or null.</summary>
    public BatchOutcome? Outcome { get; init; }

    /// <summary>What keeps the controller from doing its part: an object of another owner, a request that the server refuses.</summary>
    public PodIssue? Stalled { get; init; }

    /// <summary>What keeps a rollout from going on, or null.</summary>
    public PodIssue? RolloutStopped { get; init; }

    /// <summary>What the cluster lacks for the RDMA device that is asked for, as a sentence.</summary>
    public string? MissingDevice { get; init; }

    public string SidecarImage { get; init; } = "";
    public string NewestSidecarImage { get; init; } = "";
    public required DateTimeOffset Now { get; init; }

    /// <summary>
    /// A sidecar that had answered another process, which led before, has not answered this one yet: what was written of it stands until it
    /// does, or cannot be reached. Else every change of leadership would tell everybody that a pipeline that runs does not.
    /// </summary>
    public bool Unheard => Slots.Any(IsUnheard);

    /// <summary>The same of rates, which take two answers.</summary>
    public bool Uncounted =>
        Unheard || Slots.Any(slot => Report(slot) is { IsCounted: false, Unreachable: "", Refusal: "" } && IsKnownReady(slot));

    /// <summary>Media operators that a user or an autoscaler scaled to 0.</summary>
    public IReadOnlyList<string> Idle =>
        field ??= [.. (Graph?.Operators ?? []).Where(node => node.ReplicaCount == 0).Select(node => node.Name)];

    /// <summary>See <see cref="Unheard"/>.</summary>
    public bool IsUnheard(SlotDecision slot) => Report(slot).IsUnheard && IsKnownReady(slot);

    public SidecarReport Report(SlotDecision slot) =>
        slot.Current is { } pod ? Reports.GetValueOrDefault(pod.Uid, SidecarReport.Unknown) : SidecarReport.Unknown;

    private bool IsKnownReady(SlotDecision slot) => slot.Current is { State: PodState.Running, Lost: false } pod &&
        Before?.Pods.Any(one => one is { Ready: true, Incarnation: { } life } && one.Name == slot.Slot.Stable
            && PodNames.Of(one.Name, life) == pod.Name) == true;
}
