using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Events;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Apply;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Operator.Reconcile;

/// <summary>
/// Makes and removes pods as decided. A pod is created, never applied: its name is its identity, and one that is there already is the one.
/// </summary>
internal sealed class PodSync(ApiClient client, EventRecorder events)
{
    private readonly ResourceClient<Pod> _pods = client.For(Resources.Pods);

    public async Task RemoveAsync(SyncOwner owner, IEnumerable<Removal> removals, CancellationToken cancel)
    {
        foreach (var (pod, reason, message) in removals)
        {
            // The uid: a pod made anew under the name since is not meant.
            if (await _pods.DeleteAsync(owner.Key.Namespace, pod.Name, new(Uid: pod.Uid), cancel))
                Say(owner, reason, message);
        }
    }

    /// <summary>
    /// A server that refuses a successor holds up only the successor: the pod that is there goes on, and all else is done.
    /// </summary>
    public async Task MakeAsync(SyncOwner owner, IEnumerable<Pod> pods, IReadOnlyList<SlotDecision> slots, PipelineMemory memory,
        DateTimeOffset now, CancellationToken cancel)
    {
        var made = new List<string>();
        var decided = slots.Where(slot => slot.Make).Select(slot => slot.Slot.Stable).ToHashSet();
        var stood = slots.Where(slot => slot.Current is not null).Select(slot => slot.Slot.Stable).ToHashSet();
        foreach (var pod in pods.Where(pod => !memory.IsOnItsWay(pod.Metadata!.Name!, now)))
        {
            var stable = pod.Label(WellKnownLabels.Pod);
            Invariant.That(stable is not null && decided.Contains(stable));
            try
            {
                if (await CreateAsync(pod, cancel))
                    made.Add(pod.Metadata!.Name!);
                memory.Made(pod.Metadata!.Name!, stable, now);
            }
            catch (ApiException error) when (stood.Contains(stable) && error.Reason is ApiReason.Forbidden or ApiReason.Invalid)
            {
                if (memory.Refuse(stable, new(now, error.Message, PodFootprint.Of(pod))))
                    events.Warning(owner.About, Reasons.ApiRefused, error.Message);
            }
        }
        // One Event however many there are: a thousand pipelines that start together are news enough.
        if (made.Count > 0)
            events.Normal(owner.About, Reasons.PodCreated, $"{(made.Count == 1 ? "pod" : "pods")} {string.Join(", ", made)} made");
    }

    /// <summary>False: an earlier attempt got through, or the store trails.</summary>
    private async Task<bool> CreateAsync(Pod pod, CancellationToken cancel)
    {
        try
        {
            await _pods.CreateAsync(pod, cancel);
            return true;
        }
        catch (ApiException error) when (error.IsAlreadyExists)
        {
            return false;
        }
    }

    private void Say(SyncOwner owner, string reason, string message)
    {
        if (reason is Reasons.PodRemoved)
            events.Normal(owner.About, reason, message);
        else
            events.Warning(owner.About, reason, message);
    }
}
