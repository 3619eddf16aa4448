using K8sMediaFlow.KubernetesRuntime.Informers;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.KubernetesRuntime.Reconciling;

namespace K8sMediaFlow.KubernetesRuntime.Informers;

/// <summary>From what happens to objects to the keys that have to be looked at.</summary>
public static class Enqueueing
{
    /// <summary>Every change of an object puts its key into the queue, and so does a content that cannot be read.</summary>
    public static void Enqueue<T>(this Informer<T> informer, WorkQueue<ObjectKey> queue)
        where T : class, IKubernetesObject
    {
        informer.OnChange(change => queue.Add(ObjectKey.Of(change.Value)));
        informer.OnUnreadable(unreadable => queue.Add(unreadable.Key));
    }

    /// <summary>
    /// Every change of a child puts the key of the parent that controls it into the queue; of both parents when it changes hands.
    /// </summary>
    public static void EnqueueOwner<TChild, TOwner>(this Informer<TChild> informer, ResourceType<TOwner> owner, WorkQueue<ObjectKey> queue)
        where TChild : class, IKubernetesObject
        where TOwner : class, IKubernetesObject =>
        informer.EnqueueMapped(child => OwnerKey(child.Metadata!, owner) is { } key ? [key] : [], queue);

    /// <summary>Every change of an object puts the keys that it maps to, before and after, into the queue.</summary>
    public static void EnqueueMapped<T>(this Informer<T> informer, Func<T, IEnumerable<ObjectKey>> keys, WorkQueue<ObjectKey> queue)
        where T : class, IKubernetesObject =>
        informer.OnChange(change =>
        {
            foreach (var key in (change.Before is null ? [] : keys(change.Before)).Union(change.After is null ? [] : keys(change.After)))
                queue.Add(key);
        });

    /// <summary>
    /// The object of this kind that controls the child, whatever version of the kind the reference names; null where another kind does, or
    /// none.
    /// </summary>
    public static ObjectKey? OwnerKey<TOwner>(ObjectMeta child, ResourceType<TOwner> owner)
        where TOwner : class, IKubernetesObject
    {
        if (child.ControllerOwner is not { } reference || reference.Kind != owner.Kind)
            return null;
        var group = reference.ApiVersion.Contains('/') ? reference.ApiVersion[..reference.ApiVersion.IndexOf('/')] : "";
        return group == owner.Group ? new(owner.Namespaced ? child.Namespace ?? "" : "", reference.Name) : null;
    }

    /// <summary>The reference by which a child names its controlling owner.</summary>
    public static OwnerReference ControllerReference<TOwner>(this ResourceType<TOwner> type, TOwner owner)
        where TOwner : class, IKubernetesObject => new()
        {
            ApiVersion = type.ApiVersion,
            Kind = type.Kind,
            Name = owner.Metadata?.Name ?? throw new ArgumentException("an owner has a name", nameof(owner)),
            Uid = owner.Metadata.Uid ?? throw new ArgumentException("an owner has been read from the server", nameof(owner)),
            Controller = true,
            BlockOwnerDeletion = true,
        };
}
