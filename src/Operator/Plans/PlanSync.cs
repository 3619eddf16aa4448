using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.Pipelines.Planning;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Operator.Plans;

/// <summary>
/// Brings every pod that has an address its plan, as soon as everybody that it has to call has one. Plans are drawn again only when
/// something that they follow from has changed: most reconciles bring no news for them, and those of a large pipeline are megabytes.
/// </summary>
internal sealed class PlanSync(SidecarSessions sessions)
{
    private readonly ConcurrentDictionary<ObjectKey, Drawing> _drawn = [];
    private long _drawings;

    /// <summary>False: plans are drawn and not brought (a planted fault).</summary>
    public bool Brings { get; init; } = true;

    /// <summary>How often plans were drawn.</summary>
    public long Drawings => Interlocked.Read(ref _drawings);

    private sealed record Drawing(string Key, IReadOnlyDictionary<string, SidecarPlan> Plans);

    /// <param name="key">The pipeline.</param>
    /// <param name="accepted">Its spec.</param>
    /// <param name="units">What becomes pods.</param>
    /// <param name="slots">Those that run.</param>
    /// <param name="identities">By unit.</param>
    /// <param name="leaving">Pods that are scaled away and not gone: as long as they bring away what they hold, their neighbours find them
    /// where they are.</param>
    public void Sync(
        ObjectKey key, AcceptedPipeline accepted, IReadOnlyList<PipelineUnit> units, IReadOnlyList<SlotDecision> slots,
            IReadOnlyDictionary<string, UnitIdentity> identities, IEnumerable<PodView> leaving)
    {
        var reachable = slots.Where(slot => slot.Reachable is { Lost: false } pod && HasAddress(pod)).ToList();
        // A pod that has completed is asked nothing more; its address is still in its peers' plans.
        var asked = reachable.Where(slot => slot.Reachable!.State is PodState.Running or PodState.Pending).ToList();
        var standing = slots.SelectMany(slot => slot.Spoken.Where(pod => pod != slot.Reachable && pod is { Started: true, Lost: false }
            && HasAddress(pod)).Select(pod => (slot, pod))).ToList();
        sessions.Keep(key, asked.Select(slot => slot.Reachable!.Uid).Concat(standing.Select(one => one.pod.Uid)).ToHashSet());
        // A pod that stands by is listened to and told nothing: its plan would take the peers from the pod that has them.
        foreach (var (slot, pod) in standing)
            sessions.With(key, Target(accepted, slot, pod));
        if (asked.Count == 0)
            return;
        var addresses = reachable.ToDictionary(slot => slot.Slot.Stable,
            slot => new PodAddresses(slot.Reachable!.Address!, slot.Reachable.Rdma.Address));
        foreach (var pod in leaving.Where(pod => !pod.Lost && IPAddress.TryParse(pod.Address, out _)))
            addresses.TryAdd(pod.Stable, new(pod.Address!, pod.Rdma.Address));
        var plans = Draw(key, accepted, [.. slots.Select(slot => slot.Slot)], addresses, Tokens(units, identities));
        foreach (var slot in asked)
        {
            var session = sessions.With(key, Target(accepted, slot, slot.Reachable!));
            if (slot.Reachable!.StartedAt is { } startedAt)
                session.Started(startedAt);
            if (Brings && PlanBuilder.IsComplete(plans[slot.Slot.Stable]))
                session.Want(plans[slot.Slot.Stable], accepted.Generation);
        }
    }

    /// <summary>The plans by stable name; the same instances as long as the same goes into them.</summary>
    internal IReadOnlyDictionary<string, SidecarPlan> Draw(
        ObjectKey key, AcceptedPipeline accepted, IReadOnlyList<PodSlot> slots, IReadOnlyDictionary<string, PodAddresses> addresses,
            Func<ReplicaPlacement, string?> tokens)
    {
        var inputs = KeyOf(accepted, slots, addresses, tokens);
        if (_drawn.TryGetValue(key, out var last) && last.Key == inputs)
            return last.Plans;
        Interlocked.Increment(ref _drawings);
        var plans = PlanBuilder.Of(accepted.WidestPlan, slots, addresses, tokens).ToDictionary(plan => plan.Pod);
        Invariant.That(plans.Count == slots.Count);
        _drawn[key] = new(inputs, plans);
        return plans;
    }

    public SidecarReport Report(ObjectKey key, string podUid) => sessions.Report(key, podUid);

    public void Forget(ObjectKey key)
    {
        sessions.Keep(key, new HashSet<string>());
        _drawn.TryRemove(key, out _);
    }

    /// <summary>A digest of all that plans follow from.</summary>
    private static string KeyOf(AcceptedPipeline accepted, IReadOnlyList<PodSlot> slots,
        IReadOnlyDictionary<string, PodAddresses> addresses, Func<ReplicaPlacement, string?> tokens)
    {
        using var digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        void Add(string text) => digest.AppendData(Encoding.UTF8.GetBytes(text + "\n"));
        Add($"{accepted.Pipeline.Metadata.Uid} {accepted.Generation}");
        foreach (var (pod, address) in addresses.OrderBy(one => one.Key, StringComparer.Ordinal))
            Add($"{pod} {address.Pod}");
        foreach (var slot in slots)
        {
            var address = addresses.GetValueOrDefault(slot.Stable);
            Add($"{slot.Stable} {address?.Rdma}");
            foreach (var replica in slot.Replicas)
                Add($"{replica.Operator} {replica.Replica} {tokens(replica)}");
        }
        return Convert.ToHexString(digest.GetHashAndReset());
    }

    private static bool HasAddress(PodView pod) => IPAddress.TryParse(pod.Address, out _);

    private static SidecarTarget Target(AcceptedPipeline accepted, SlotDecision slot, PodView pod) =>
        new(pod.Uid, pod.Name, IPAddress.Parse(pod.Address!),
        [.. slot.Slot.Replicas.Select(one => PeerIdentity.Of(accepted.Graph.Namespace, accepted.Graph.Name, one.Operator)).Distinct()]);

    private static Func<ReplicaPlacement, string?> Tokens(IReadOnlyList<PipelineUnit> units,
        IReadOnlyDictionary<string, UnitIdentity> identities)
    {
        var unitOf = units.SelectMany(unit => unit.Operators, (unit, node) => (node.Name, Unit: unit.Name))
            .ToDictionary(one => one.Name, one => one.Unit);
        return replica =>
            unitOf.TryGetValue(replica.Operator, out var unit)
                ? identities.GetValueOrDefault(unit)?.Tokens.GetValueOrDefault(PodPaths.TokenKey(replica.Operator, replica.Replica))
                : null;
    }
}
