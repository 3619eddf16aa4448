using System.Net;
using K8sMediaFlow.Kubernetes.Objects;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Reconcile;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Operator.Plans;

/// <summary>Brings every pod that has an address its plan, as soon as everybody that it has to call has one.</summary>
internal sealed class PlanSync(SidecarSessions sessions)
{
    /// <summary>False: plans are drawn and not brought (a planted fault).</summary>
    public bool Brings { get; init; } = true;

    public void Sync(ObjectKey key, AcceptedPipeline accepted, IReadOnlyList<PipelineUnit> units, IReadOnlyList<SlotDecision> slots, IReadOnlyDictionary<string, UnitIdentity> identities)
    {
        var reachable = slots.Where(slot => slot.Reachable is { Lost: false } pod && IPAddress.TryParse(pod.Address, out _)).ToList();
        // Whoever has completed is asked nothing more; its address still stands in its peers' plans.
        var asked = reachable.Where(slot => slot.Reachable!.State is PodState.Running or PodState.Pending).ToList();
        sessions.Keep(key, asked.Select(slot => slot.Reachable!.Uid).ToHashSet());
        if (asked.Count == 0)
            return;
        var plans = PlanDrawing.Of(accepted.Widest, default, [.. slots.Select(slot => slot.Slot)], reachable.ToDictionary(slot => slot.Slot.Stable, slot => new PodAddresses(slot.Reachable!.Address!, slot.Reachable.Rdma.Address)),
            replica => Token(units, identities, replica)).ToDictionary(plan => plan.Pod);
        foreach (var slot in asked)
        {
            var session = sessions.With(key, Target(accepted, slot));
            if (Brings && PlanDrawing.IsComplete(plans[slot.Slot.Stable]))
                session.Want(plans[slot.Slot.Stable], accepted.Generation);
        }
    }

    public SidecarReport Report(ObjectKey key, PodView pod) => sessions.Report(key, pod.Uid);

    public void Forget(ObjectKey key) => sessions.Keep(key, new HashSet<string>());

    private static SidecarTarget Target(AcceptedPipeline accepted, SlotDecision slot) => new(slot.Reachable!.Uid, slot.Reachable.Name, IPAddress.Parse(slot.Reachable.Address!),
        [.. slot.Slot.Replicas.Select(one => PeerIdentity.Of(accepted.Graph.Namespace, accepted.Graph.Name, one.Operator)).Distinct()]);

    private static string? Token(IReadOnlyList<PipelineUnit> units, IReadOnlyDictionary<string, UnitIdentity> identities, ReplicaPlacement replica)
    {
        var unit = units.FirstOrDefault(one => one.Operators.Any(node => node.Name == replica.Operator));
        return unit is null ? null : identities.GetValueOrDefault(unit.Name)?.Tokens.GetValueOrDefault(PodPaths.TokenKey(replica.Operator, replica.Replica));
    }
}
