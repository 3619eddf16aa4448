using System.Globalization;
using K8sMediaFlow.Control.Status;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.KubernetesRuntime.Reconciling;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Operator.Status;

/// <summary>From what is observed to the status that users read. Pure.</summary>
internal static class StatusSummary
{
    public static PipelineStatus Of(StatusInput input)
    {
        // Who has not been heard yet was written of before.
        Invariant.That(!input.Uncounted || input.Before is not null);
        var ready = ReadyCondition.Of(input);
        var operators = Operators(input);
        var reports = input.Slots.Select(input.Report).ToList();
        var phase = Phase(input, ready);
        return new PipelineStatus
        {
            ObservedGeneration = input.Generation,
            Phase = phase,
            Conditions = Conditions(input, ready),
            ReadyOperators = $"{operators.Count(one => one.ReadyReplicas >= one.Replicas)}/{operators.Count}",
            ReadyPods = $"{input.Slots.Count(ReadyCondition.IsReady)}/{input.Slots.Count}",
            Transport = input.Unheard ? input.Before!.Transport : EdgeTransport.OfAll(input),
            FramesPerSecond = input.Uncounted ? input.Before!.FramesPerSecond : Statistics.PerSecond(AtSinks(input, reports)),
            DroppedFrames = input.Unheard
                ? input.Before!.DroppedFrames
                : input.Accepted?.WidestPlan.Edges.Select(edge => Statistics.Dropped(edge, reports)).OfType<long>()
                    .ToList() is { Count: > 0 } drops ? Statistics.Rounded(drops.Sum()) : null,
            SidecarImage = input.SidecarImage.Length > 0 ? input.SidecarImage : null,
            StartTime = input.Before?.StartTime ?? (input.Slots.Count > 0 ? Time(input.Now) : null),
            CompletionTime = input.Outcome is null ? null : input.Before?.CompletionTime ?? Time(input.Now),
            Operators = operators,
            Edges = [.. input.Accepted?.WidestPlan.Edges.Select(edge => Edge(input, edge, reports)) ?? []],
            Pods = [.. input.Slots.Select(slot => Pod(input, slot))],
        };
    }

    private static PipelinePhase Phase(StatusInput input, Answer ready) =>
        input.Outcome?.Phase ?? (ready.Holds == true ? PipelinePhase.Running
        : input.Before?.Phase is PipelinePhase.Running or PipelinePhase.Degraded ? PipelinePhase.Degraded : PipelinePhase.Pending);

    private static IReadOnlyList<Condition> Conditions(StatusInput input, Answer ready)
    {
        var running = input.Accepted?.Generation ?? input.Generation;
        var stalled = Stalled(input);
        (string Type, long Generation, Answer Answer)[] all =
        [
            (Reasons.AcceptedType, input.Generation,
                input.Refusal is { } refusal
                ? new(false, refusal.Reason, refusal.Message)
                : new(true, Reasons.Accepted, "the pipeline keeps all rules")),
            (Reasons.ReadyType, running, ready),
            (Reasons.TransportReadyType, running, Standing(input, Reasons.TransportReadyType, running) ?? TransportCondition.Of(input)),
            (Reasons.SidecarsUpToDateType, running, Standing(input, Reasons.SidecarsUpToDateType, running) ?? SidecarCondition.Of(input)),
            (Reasons.ReconcilingType, input.Generation, Reconciling(ready, stalled)),
            (Reasons.StalledType, input.Generation, stalled),
        ];
        return all.Aggregate((IReadOnlyList<Condition>)(input.Before?.Conditions ?? []), (list, one) => list.With(
            new()
            {
                Type = one.Type,
                Status = one.Answer.Status,
                Reason = one.Answer.Reason,
                Message = StatusText.Bounded(one.Answer.Message),
                ObservedGeneration = one.Generation,
            },
            input.Now));
    }

    /// <summary>What was answered before, where not all sidecars have been heard that it followed from.</summary>
    private static Answer? Standing(StatusInput input, string type, long generation) =>
        input is { Unheard: true, Outcome: null } && input.Before!.Conditions.Find(type) is { } before
            && before.ObservedGeneration == generation
            ? new(before.Status switch { "True" => true, "False" => false, _ => null }, before.Reason ?? "", before.Message ?? "")
            : null;

    private static Answer Stalled(StatusInput input)
    {
        if (input.Stalled is { } trouble)
            return new(true, trouble.Reason, trouble.Message);
        if (input.Refusal is { } refusal)
            return new(true, Reasons.NotAccepted, $"the spec of generation {input.Generation} is not accepted: {refusal.Message}");
        if (input.RolloutStopped is { } stop)
            return new(true, stop.Reason, stop.Message);
        return input.Outcome is { Phase: PipelinePhase.Failed } ended
            ? new(true, Reasons.OperatorFailed, ended.Message)
            : new(false, Reasons.Settled, "nothing is in the way");
    }

    private static Answer Reconciling(Answer ready, Answer stalled) =>
        stalled.Holds == true ? new(false, Reasons.Waiting, "waiting for what condition Stalled names")
        : ready.Holds == true ? new(false, Reasons.Settled, "all is as it should be") : new(true, Reasons.Progressing, ready.Message);

    private static List<MediaOperatorSummary> Operators(StatusInput input) =>
        [.. (input.Graph?.Operators ?? []).Select(node => Operator(input, node))];

    private static MediaOperatorSummary Operator(StatusInput input, MediaOperatorNode node)
    {
        var own = input.Slots.Where(slot => slot.Slot.Replicas.Any(one => one.Operator == node.Name));
        if (own.Any(input.IsUnheard) && input.Before!.Operators.FirstOrDefault(one => one.Name == node.Name) is { } before
            && before.Replicas == node.ReplicaCount)
            return before;
        var states = input.Slots.SelectMany(slot => slot.Slot.Replicas.Where(one => one.Operator == node.Name)
            .Select(replica => State(input, slot, replica))).ToList();
        return new MediaOperatorSummary
        {
            Name = node.Name,
            Replicas = node.ReplicaCount,
            ReadyReplicas = states.Count(one => one.State is MediaOperatorState.Attached or MediaOperatorState.Completed),
            CompletedReplicas = states.Count(one => one.State is MediaOperatorState.Completed),
            Message = node.ReplicaCount == 0 ? "scaled to 0"
                : states.Select(one => StatusText.Bounded(one.Reason)).FirstOrDefault(reason => reason.Length > 0),
        };
    }

    private static (MediaOperatorState State, string Reason) State(StatusInput input, SlotDecision slot, ReplicaPlacement replica)
    {
        if (slot.Current is { State: PodState.Succeeded })
            return (MediaOperatorState.Completed, "");
        var known = input.Report(slot)
            .Status?.Operators.FirstOrDefault(one => one.Name == replica.Operator && one.Replica == replica.Replica);
        return known is null ? (MediaOperatorState.Waiting, "") : (known.State, known.Reason);
    }

    private static EdgeSummary Edge(StatusInput input, EdgePlan edge, List<K8sMediaFlow.Operator.Model.SidecarReport> reports)
    {
        var (transport, reason) = EdgeTransport.Of(input, edge);
        var before = input.Before?.Edges.FirstOrDefault(one => one.Name == edge.Name);
        if (input.Unheard && before is not null && EdgeTransport.Idle(input, edge) is null)
            return before;
        return new()
        {
            Name = edge.Name,
            Transport = transport,
            Reason = StatusText.Bounded(reason),
            WaitsFor = input.Outcome is null ? StatusText.Listed([.. Waits(edge, reports)]) : null,
            FramesPerSecond = input.Uncounted && before is not null
                ? before.FramesPerSecond
                : Statistics.PerSecond(Statistics.Delivered(edge, reports)),
            DroppedFrames = Statistics.Dropped(edge, reports) is { } dropped ? Statistics.Rounded(dropped) : null,
        };
    }

    /// <summary>
    /// What its parts wait for, in the plan's order of pods. Who cannot be asked any more said it of a time that is over.
    /// </summary>
    private static IEnumerable<string> Waits(EdgePlan edge, List<K8sMediaFlow.Operator.Model.SidecarReport> reports) => reports
        .Where(report => report.Unreachable.Length == 0).SelectMany(report => report.Waits)
        .Where(one => one.Key.Edge == edge.Name).OrderBy(one => one.Key.Side).Select(one => one.Value.Words).Distinct();

    private static PodSummary Pod(StatusInput input, SlotDecision slot) => new()
    {
        Name = slot.Slot.Stable,
        Incarnation = slot.Incarnation,
        Node = slot.Current?.Node,
        Ready = ReadyCondition.IsReady(slot),
        Message = (PodIssue(slot) ?? Outdated(input, slot)) is { } message ? StatusText.Bounded(message) : null,
    };

    private static string? PodIssue(SlotDecision slot) =>
        slot.Removals.Select(one => one.Message).FirstOrDefault() ?? slot.Standby?.PodIssue?.Message ?? slot.Current?.PodIssue?.Message;

    private static string? Outdated(StatusInput input, SlotDecision slot) => !slot.IsOutdated ? null
        : input.Changes.GetValueOrDefault(slot.Slot.Stable) is { Kind: PodChangeKind.Replaced } change
            ? $"will be replaced: {change.Reason}"
            : "will be replaced";

    /// <summary>Pictures where there are any: sound comes in other portions, and a sum of both says nothing.</summary>
    private static double? AtSinks(StatusInput input, List<K8sMediaFlow.Operator.Model.SidecarReport> reports)
    {
        var sinks = (input.Graph?.Operators ?? []).Where(node => node.Outputs.Count == 0).Select(node => node.Name).ToHashSet();
        var edges = input.Accepted?.WidestPlan.Edges.Where(edge => sinks.Contains(edge.To.Operator)).ToList() ?? [];
        var video = edges.Where(edge => edge.Caps.Video is not null).ToList();
        var rates = (video.Count > 0 ? video : edges).Select(edge => Statistics.Delivered(edge, reports)).OfType<double>().ToList();
        return rates.Count == 0 ? null : rates.Max();
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
