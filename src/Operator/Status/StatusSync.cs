using System.Text.Json.Nodes;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Model;

namespace K8sMediaFlow.Operator.Status;

/// <summary>Writes statuses, and only those that differ from the last one written.</summary>
internal sealed class StatusSync(ApiClient client)
{
    private const string FieldManager = "k8smediaflow-status";

    private readonly ResourceClient<CustomObject> _pipelines = client.For(CrdResources.MediaPipelines);
    private readonly ResourceClient<MediaOperator> _operators = client.For(CrdResources.MediaOperators);

    /// <summary>
    /// Writes whatever differs from what was written last, or, by a process that has written nothing yet, from what is stored.
    /// </summary>
    public async Task WriteAsync(CustomObject stored, PipelineStatus fresh, PipelineMemory memory, DateTimeOffset now,
        CancellationToken cancel)
    {
        var written = memory.Written ?? PipelineStatus.Read(stored.Status);
        var (status, freshStatistics) = StatusPace.Choose(fresh, written, memory.StatisticsAt, now);
        if (freshStatistics)
            memory.StatisticsAt = now;
        if (written is not null && Same(status, written))
        {
            memory.Written = written;
            return;
        }
        await _pipelines.ApplyAsync(Document(CrdResources.MediaPipelines, stored.Metadata!, Node(status)), FieldManager, force: true,
            "status", cancel);
        memory.Written = status;
    }

    /// <summary>
    /// What kubectl scale and autoscalers read. Written once pods run: a MediaOperator that has none yet says so by having no status.
    /// </summary>
    public async Task WriteAsync(MediaOperator one, PipelineUnit unit, IReadOnlyList<SlotDecision> slots, PipelineStatus status,
        CancellationToken cancel)
    {
        var running = slots.Count(slot => slot.Slot.Stable is var stable && unit.Slots.Any(own => own.Stable == stable)
            && slot.Current is { State: not PodState.Pending });
        var summary = status.Operators.FirstOrDefault(summary => summary.Name == one.Spec.Operator);
        if (summary is null || (running == 0 && one.Status is null))
            return;
        var wanted = new MediaOperatorStatus
        {
            ObservedGeneration = one.Metadata.Generation,
            Replicas = unit.IsGroup ? (running > 0 ? summary.Replicas : 0) : running,
            ReadyReplicas = summary.ReadyReplicas,
            Selector = $"{WellKnownLabels.Pipeline}={one.Spec.Pipeline},{WellKnownLabels.Unit}={unit.Name}",
        };
        if (one.Status is { } before && (before.ObservedGeneration, before.Replicas, before.ReadyReplicas,
            before.Selector) == (wanted.ObservedGeneration, wanted.Replicas, wanted.ReadyReplicas, wanted.Selector))
            return;
        var document = CrdResources.MediaOperators.ToDocument(one with { Status = wanted })["status"]!.DeepClone();
        await _operators.ApplyAsync(Document(CrdResources.MediaOperators, one.Metadata, document), FieldManager, force: true, "status",
            cancel);
    }

    private static bool Same(PipelineStatus one, PipelineStatus other) => JsonNode.DeepEquals(Node(one), Node(other));

    private static JsonNode Node(PipelineStatus status) => JsonNode.Parse(status.ToElement().GetRawText())!;

    /// <summary>With the uid: an object made anew under the name since is not meant.</summary>
    private static JsonObject Document<T>(ResourceType<T> type, ObjectMeta metadata, JsonNode status)
        where T : class, IKubernetesObject => new()
        {
            ["apiVersion"] = type.ApiVersion,
            ["kind"] = type.Kind,
            ["metadata"] = new JsonObject { ["name"] = metadata.Name, ["namespace"] = metadata.Namespace, ["uid"] = metadata.Uid },
            ["status"] = status,
        };
}
