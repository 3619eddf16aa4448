using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Events;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Desired;

namespace K8sMediaFlow.Operator.Apply;

/// <summary>All kinds of objects of a pipeline but its pods.</summary>
internal sealed class PipelineObjects(ApiClient client, ClusterView view, EventRecorder events)
{
    private readonly ResourceClient<MediaOperator> _scales = client.For(CrdResources.MediaOperators);
    private readonly ObjectSync<MediaOperator> _operators = new(client, view.MediaOperators, events);
    private readonly ObjectSync<Secret> _secrets = new(client, view.Secrets, events);
    private readonly ObjectSync<ConfigMap> _configMaps = new(client, view.ConfigMaps, events);
    private readonly ObjectSync<Service> _services = new(client, view.Services, events);
    private readonly ObjectSync<PodDisruptionBudget> _budgets = new(client, view.PodDisruptionBudgets, events);
    private readonly ObjectSync<NetworkPolicy> _policies = new(client, view.NetworkPolicies, events);

    public IReadOnlyList<MediaOperator> MediaOperators(ObjectKey pipeline) => _operators.Observed(pipeline);

    public async Task<IReadOnlyList<MediaOperator>> SyncOperatorsAsync(SyncOwner owner, IReadOnlyList<MediaOperator> desired,
        CancellationToken cancel)
    {
        foreach (var one in MediaOperators(owner.Key))
            if (IsHandedOver(one, desired.FirstOrDefault(other => other.Metadata.Name == one.Metadata.Name)))
                await HandOverAsync(one, cancel);
        return await _operators.SyncAsync(owner, desired, cancel);
    }

    public Task SyncAsync(SyncOwner owner, DesiredObjects desired, CancellationToken cancel) => Task.WhenAll(
        _secrets.SyncAsync(owner, desired.Secrets, cancel),
        _configMaps.SyncAsync(owner, desired.ConfigMaps, cancel),
        _services.SyncAsync(owner, desired.Services, cancel),
        _budgets.SyncAsync(owner, desired.PodDisruptionBudgets, cancel),
        _policies.SyncAsync(owner, desired.NetworkPolicies, cancel));

    public void Forget(ObjectKey pipeline)
    {
        Forget(_operators, pipeline);
        Forget(_secrets, pipeline);
        Forget(_configMaps, pipeline);
        Forget(_services, pipeline);
        Forget(_budgets, pipeline);
        Forget(_policies, pipeline);
    }

    /// <summary>The pipeline had a say about the replicas and has none any more.</summary>
    private static bool IsHandedOver(MediaOperator observed, MediaOperator? desired) =>
        desired is { Spec.Replicas: null } && observed.Annotation(WellKnownLabels.ReplicasFrom) == MediaOperatorObjects.FromPipeline
            && observed.Spec.Replicas is not null;

    /// <summary>
    /// The number becomes another manager's field first: a field that its only manager leaves out falls back to the default.
    /// </summary>
    private async Task HandOverAsync(MediaOperator one, CancellationToken cancel)
    {
        var scale = new MediaOperator
        {
            ApiVersion = MediaOperator.ApiVersionValue,
            Kind = MediaOperator.KindValue,
            Metadata = new() { Name = one.Metadata.Name, Namespace = one.Metadata.Namespace, Uid = one.Metadata.Uid },
            Spec = one.Spec with { Group = null, Image = null },
        };
        await _scales.ApplyAsync(CrdResources.MediaOperators.ToDocument(scale), "k8smediaflow-scale", force: true, cancel: cancel);
    }

    private static void Forget<T>(ObjectSync<T> sync, ObjectKey pipeline)
        where T : class, IKubernetesObject
    {
        foreach (var thing in sync.Observed(pipeline))
            sync.Forget(ObjectKey.Of(thing));
    }
}
