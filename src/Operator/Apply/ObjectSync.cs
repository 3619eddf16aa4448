using K8sMediaFlow.KubernetesRuntime.Apply;
using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Events;
using K8sMediaFlow.KubernetesRuntime.Informers;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Operator.Apply;

/// <summary>Whose objects are brought into line: the pipeline, by name and by identity, and where its Events go.</summary>
internal sealed record SyncOwner(ObjectKey Key, string Uid, ObjectReference About);

/// <summary>
/// Brings the objects of one kind into line with what is desired: applies what differs and deletes what is owned and not desired.
/// </summary>
internal sealed class ObjectSync<T>(ApiClient client, Informer<T> informer, EventRecorder events)
    where T : class, IKubernetesObject
{
    public const string FieldManager = "k8smediaflow-controller";

    private readonly ResourceClient<T> _client = client.For(informer.Type);
    private readonly Applier<T> _applier = new(client.For(informer.Type), new(FieldManager));

    public IReadOnlyList<T> Observed(ObjectKey pipeline) => informer.Store.By(ClusterView.ByPipeline, ClusterView.Key(pipeline));

    /// <summary>The objects as the server has them now, in the order of <paramref name="desired"/>.</summary>
    /// <exception cref="NameTakenException">An object of that name belongs to another owner.</exception>
    public async Task<IReadOnlyList<T>> SyncAsync(SyncOwner owner, IReadOnlyList<T> desired, CancellationToken cancel)
    {
        var observed = Observed(owner.Key).ToDictionary(thing => thing.Metadata!.Name!);
        var applied = await Task.WhenAll(desired.Select(one => ApplyAsync(owner, one, observed.GetValueOrDefault(one.Metadata!.Name!),
            cancel)));
        var names = desired.Select(one => one.Metadata!.Name!).ToHashSet();
        // Two that are wanted under one name would be applied over each other for ever.
        Invariant.That(names.Count == desired.Count);
        foreach (var surplus in observed.Values.Where(thing => !names.Contains(thing.Metadata!.Name!) && IsOurs(thing, owner)))
            await PruneAsync(owner, surplus, cancel);
        return applied;
    }

    /// <summary>Nothing is remembered of objects of a pipeline that is gone.</summary>
    public void Forget(ObjectKey key) => _applier.Forget(key);

    private async Task<T> ApplyAsync(SyncOwner owner, T desired, T? observed, CancellationToken cancel)
    {
        if (observed is not null && observed.Metadata?.DeletionTimestamp is null && !IsOurs(observed, owner))
            throw new NameTakenException(
                $"{informer.Type.Kind} {desired.Metadata!.Name} belongs to {observed.Metadata?.ControllerOwner?.Kind} {observed.Metadata?.ControllerOwner?.Name}");
        try
        {
            return (await _applier.ApplyAsync(desired, observed, cancel)).Value;
        }
        catch (ApplyConflictException conflict)
        {
            return await TakeBackAsync(owner, desired, observed, conflict, cancel);
        }
        catch (ApiException error) when (error.Reason == ApiReason.Invalid
            && error.Message.Contains("one reference can have Controller", StringComparison.OrdinalIgnoreCase))
        {
            throw new NameTakenException($"{informer.Type.Kind} {desired.Metadata!.Name} exists and belongs to another owner");
        }
    }

    /// <summary>
    /// Another field manager has written a field of an object that is ours as a whole: it is taken back, and said so. Of an object that is
    /// not ours nothing is taken.
    /// </summary>
    private async Task<T> TakeBackAsync(SyncOwner owner, T desired, T? observed, ApplyConflictException conflict, CancellationToken cancel)
    {
        var (@namespace, name) = (desired.Metadata!.Namespace, desired.Metadata.Name!);
        if ((observed ?? await _client.FindAsync(@namespace, name, cancel)) is { } live && !IsOurs(live, owner))
            throw new NameTakenException($"{informer.Type.Kind} {name} exists and is not this pipeline's: {conflict.Message}");
        events.Warning(owner.About, Reasons.FieldTakenBack, conflict.Message);
        return await _client.ApplyAsync(informer.Type.ToDocument(desired), FieldManager, force: true, cancel: cancel);
    }

    private async Task PruneAsync(SyncOwner owner, T surplus, CancellationToken cancel)
    {
        if (surplus.Metadata?.DeletionTimestamp is not null)
            return;
        await _client.DeleteAsync(surplus.Metadata!.Namespace, surplus.Metadata.Name!,
            new(Uid: surplus.Metadata.Uid, Propagation: "Background"), cancel);
        _applier.Forget(ObjectKey.Of(surplus));
        events.Normal(owner.About, Reasons.Pruned, $"{informer.Type.Kind} {surplus.Metadata.Name} is no longer part of the pipeline");
    }

    private static bool IsOurs(T thing, SyncOwner owner) => thing.Metadata?.OwnerReferences?.Any(one => one.Uid == owner.Uid) == true;
}

/// <summary>An object that the pipeline needs exists under its name and is not the pipeline's.</summary>
internal sealed class NameTakenException(string message) : Exception(message);
