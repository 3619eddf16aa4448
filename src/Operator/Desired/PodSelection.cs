namespace K8sMediaFlow.Operator.Desired;

/// <summary>What was decided about the pods of a pipeline.</summary>
/// <param name="Names">The recorded name of the pod to make in each slot, by stable name. A slot without one gets no pod yet.</param>
/// <param name="Yielding">Slots, by stable name, whose pods an eviction may take though nothing could follow them so far.</param>
internal sealed record PodSelection(IReadOnlyDictionary<string, string> Names, IReadOnlySet<string> Yielding);
