using K8sMediaFlow.KubernetesRuntime.Informers;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.KubernetesRuntime.Reconciling;
using K8sMediaFlow.Operator.Apply;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Model;

namespace K8sMediaFlow.Operator.Reconcile;

/// <summary>
/// What is a reason to look at a pipeline again. Our own status writes are none, nor is the news that what we have just made is there.
/// </summary>
internal static class EventHandlers
{
    public static void Connect(ClusterView view, WorkQueue<ObjectKey> queue)
    {
        view.Pipelines.OnChange(change =>
        {
            if (Matters(change))
                queue.Add(ObjectKey.Of(change.Value));
        });
        view.Pipelines.OnUnreadable(unreadable => queue.Add(unreadable.Key));
        Owned(view.MediaOperators, queue,
            change => change.Before?.Metadata.Generation != change.After?.Metadata.Generation
            || change.Before?.Metadata.DeletionTimestamp != change.After?.Metadata.DeletionTimestamp);
        Owned(view.Secrets, queue, _ => true);
        Owned(view.ConfigMaps, queue, _ => true);
        Owned(view.Services, queue, SpecChanged);
        Owned(view.PodDisruptionBudgets, queue, change => change.Before?.Metadata?.Generation != change.After?.Metadata?.Generation);
        Owned(view.NetworkPolicies, queue, change => change.Before?.Metadata?.Generation != change.After?.Metadata?.Generation);
        // Pods tell by their status, from the first moment on.
        view.Pods.OnChange(change => Add(change, queue));
        view.Nodes.OnChange(change => Nodes(change, view, queue));
    }

    /// <summary>Spec, deletion, and another object under the name; not status.</summary>
    internal static bool Matters(Change<CustomObject> change) =>
        change.Before is not { Metadata: { } before } || change.After is not { Metadata: { } after } ||
        before.Generation != after.Generation || before.Uid != after.Uid || before.DeletionTimestamp != after.DeletionTimestamp;

    private static void Owned<T>(Informer<T> informer, WorkQueue<ObjectKey> queue, Func<Change<T>, bool> matters)
        where T : class, IKubernetesObject => informer.OnChange(change =>
        {
            if (change.Before is not null && (change.IsDeleted || matters(change)))
                Add(change, queue);
        });

    private static void Add<T>(Change<T> change, WorkQueue<ObjectKey> queue)
        where T : class, IKubernetesObject
    {
        if (ClusterView.PipelineOf(change.Value) is { } key)
            queue.Add(key);
        if (change.Before is { } before && ClusterView.PipelineOf(before) is { } other)
            queue.Add(other);
    }

    /// <summary>Services have no generation; their status (a load balancer's address) is not ours.</summary>
    private static bool SpecChanged(Change<Service> change) => !Equal(Resources.Services.ToDocument(change.Before! with
    {
        Status = null,
        Metadata = Bare(change.Before),
    }),
        Resources.Services.ToDocument(change.After! with { Status = null, Metadata = Bare(change.After) }));

    private static ObjectMeta Bare(Service service) => service.Metadata! with { ResourceVersion = null };

    private static bool Equal(System.Text.Json.Nodes.JsonNode one, System.Text.Json.Nodes.JsonNode other) =>
        System.Text.Json.Nodes.JsonNode.DeepEquals(one, other);

    /// <summary>A node's heartbeat is none of our business; whether it is there, ready, drained, and what it offers is.</summary>
    private static void Nodes(Change<Node> change, ClusterView view, WorkQueue<ObjectKey> queue)
    {
        if (change is { Before: { } before, After: { } after } && Signature(before) == Signature(after))
            return;
        var name = change.Value.Metadata!.Name;
        foreach (var pod in view.Pods.Store.All().Where(pod => pod.Spec?.NodeName == name))
            if (ClusterView.PipelineOf(pod) is { } key)
                queue.Add(key);
    }

    private static string Signature(Node node) =>
        $"{node.Status?.Conditions?.FirstOrDefault(one => one.Type == "Ready")?.Status}|{NodeHealth.IsLeaving(node)}|{string.Join(',', (node.Status?.Allocatable ?? new Dictionary<string, string>()).Where(one => one.Key.Contains('/')).Select(one => $"{one.Key}={one.Value}"))}";
}
