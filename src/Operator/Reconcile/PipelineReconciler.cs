using System.Collections.Concurrent;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Events;
using K8sMediaFlow.KubernetesRuntime.Informers;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.KubernetesRuntime.Reconciling;
using K8sMediaFlow.Operator.Apply;
using K8sMediaFlow.Operator.Certificates;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.Operator.Plans;
using K8sMediaFlow.Operator.Status;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Operator.Reconcile;

/// <summary>What reconciling needs beside the cluster.</summary>
/// <param name="Authority">The installation's authority; null until it is known.</param>
internal sealed record ReconcilerParts(
    ApiClient Client, ClusterView View, EventRecorder Events, PlanSync Plans, Func<AuthorityState?> Authority, CertificateTimes Times,
        RenderSettings Settings, ServerCapabilities Server, TimeProvider Time)
{
    /// <summary>Whose pipelines are ours: those that name this one; empty: those that name none.</summary>
    public string Installation { get; init; } = "";

    /// <summary>Which pipelines may take the newest sidecar image now.</summary>
    public required SidecarUpdates Updates { get; init; }

    /// <summary>False: only the first pod of a slot is made (a planted fault).</summary>
    public bool Replaces { get; init; } = true;
}

/// <summary>
/// Brings one pipeline into line: observe, render, apply, prune, plan, report. Every decision in between is a function of values; here they
/// are only asked for and carried out. One instance serves one term of leadership.
/// </summary>
internal sealed class PipelineReconciler
{
    private readonly ReconcilerParts _parts;
    private readonly ConcurrentDictionary<ObjectKey, PipelineMemory> _memories = [];
    private readonly PipelineObjects _objects;
    private readonly PodSync _pods;
    private readonly StatusSync _status;
    private readonly PendingEvents _pending;
    private readonly OtherInstallations _others;
    private readonly NodeJudge _nodes;

    public PipelineReconciler(ReconcilerParts parts)
    {
        _parts = parts;
        _objects = new(parts.Client, parts.View, parts.Events);
        (_pods, _status, _pending, _nodes) = (new(parts.Client, parts.Events), new(parts.Client), new(parts.Client),
            new(parts.Client, parts.View));
        _others = new(parts.Installation,
            (stored, text) => parts.Events.Normal(EventRecorder.About(CrdResources.MediaPipelines, stored), Reasons.OtherInstallation,
            text));
    }

    public async Task<Outcome> ReconcileAsync(ObjectKey key, CancellationToken cancel)
    {
        var stored = _parts.View.Pipelines.Store.Get(key);
        if (stored is null || stored.Metadata!.DeletionTimestamp is not null)
        {
            // Objects are removed by their owner references; none waits for the controller.
            Forget(key);
            _others.Forget(key);
            return stored is null ? Outcome.Gone : Outcome.Done;
        }
        if (OtherInstallations.Of(stored) is var installation && installation != _parts.Installation)
        {
            Forget(key);
            return _others.Leave(stored, installation, _parts.Time.GetUtcNow());
        }
        var memory = _memories.AddOrUpdate(key, _ => new(stored.Metadata.Uid!),
            (_, known) => known.Uid == stored.Metadata.Uid ? known : new(stored.Metadata.Uid!));
        Invariant.That(memory.Uid == stored.Metadata.Uid);
        var refusal = Judge(stored, memory);
        var turn = new ReconcileContext(stored, memory, refusal, Owner(key, stored), _parts.Time.GetUtcNow());
        if (memory.Accepted is not { } accepted)
            return await RefuseAsync(turn, cancel);
        try
        {
            return await BringIntoLineAsync(turn, accepted, cancel);
        }
        catch (Exception error) when (error is NameTakenException || error is ApiException { Reason: ApiReason.Invalid }
            or ApiException { Reason: ApiReason.Forbidden })
        {
            await StallAsync(turn, accepted, error, cancel);
            throw;
        }
    }

    /// <summary>One reconcile of one pipeline.</summary>
    private sealed record ReconcileContext(CustomObject Stored, PipelineMemory Memory, Refusal? Refusal, SyncOwner Owner,
        DateTimeOffset Now)
    {
        public PipelineStatus? Before => Memory.Written ?? PipelineStatus.Read(Stored.Status);

        public long Generation => Stored.Metadata!.Generation ?? 0;
    }

    private Refusal? Judge(CustomObject stored, PipelineMemory memory)
    {
        var generation = stored.Metadata!.Generation ?? 0;
        if (memory.Judged is { } judged && judged.Generation == generation)
            return judged.Refusal;
        var (accepted, refusal) = Acceptance.Of(stored);
        // A first spec has no record of an earlier one.
        var running = memory.Accepted ?? (generation > 1 ? Recorded(stored) : null);
        if (accepted is not null)
            memory.Accept(accepted, running);
        else
            memory.Accepted = running;
        memory.Judged = (generation, refusal);
        if (refusal is not null)
            _parts.Events.Warning(EventRecorder.About(CrdResources.MediaPipelines, stored), Reasons.Refused,
                $"{refusal.Reason}: {refusal.Message}");
        return refusal;
    }

    private AcceptedPipeline? Recorded(CustomObject stored)
    {
        var name = AcceptedRecords.Name(stored.Metadata!.Name!);
        return AcceptedRecords.Read(_parts.View.ConfigMaps.Store.Get(new(stored.Metadata.Namespace!, name)), stored) is { } earlier
            ? Acceptance.Of(earlier).Accepted
            : null;
    }

    private async Task<Outcome> RefuseAsync(ReconcileContext turn, CancellationToken cancel)
    {
        var status = StatusSummary.Of(new() { Generation = turn.Generation, Refusal = turn.Refusal, Before = turn.Before, Now = turn.Now });
        await _status.WriteAsync(turn.Stored, status, turn.Memory, turn.Now, cancel);
        return Outcome.Done;
    }

    private async Task StallAsync(ReconcileContext turn, AcceptedPipeline accepted, Exception error, CancellationToken cancel)
    {
        var reason = error is NameTakenException ? Reasons.NameTaken : Reasons.ApiRefused;
        _parts.Events.Warning(turn.Owner.About, reason, error.Message);
        var operators = _objects.MediaOperators(turn.Owner.Key);
        var (graph, _) = ReplicaCounts.Apply(accepted, operators);
        var (pods, _) = ObservePods(turn, accepted, operators);
        var views = (await ViewAsync(turn, accepted, pods, cancel)).Where(view => !view.Terminating).OrderBy(view => view.CreatedAt)
            .ToLookup(view => view.Stable);
        var slots = PipelineUnit.Of(graph).SelectMany(unit => unit.Slots)
            .Select(slot => new SlotDecision(slot, views[slot.Stable].FirstOrDefault(),
                turn.Before?.Pods.FirstOrDefault(one => one.Name == slot.Stable)?.Incarnation ?? "", false, [], null)).ToList();
        var status = StatusSummary.Of(new()
        {
            Generation = turn.Generation,
            Refusal = turn.Refusal
                ?? (error is NameTakenException ? new(reason, error.Message) : null),
            Accepted = accepted,
            Graph = graph,
            Slots = slots,
            Reports = Reports(turn, slots),
            Before = turn.Before,
            Stalled = new(reason, error.Message),
            SidecarImage = turn.Before?.SidecarImage
                ?? _parts.Settings.SidecarImage,
            NewestSidecarImage = _parts.Settings.SidecarImage,
            Now = turn.Now,
        });
        await _status.WriteAsync(turn.Stored, status, turn.Memory, turn.Now, cancel);
    }

    private async Task<Outcome> BringIntoLineAsync(ReconcileContext turn, AcceptedPipeline accepted, CancellationToken cancel)
    {
        var (graph, notices) = ReplicaCounts.Apply(accepted, _objects.MediaOperators(turn.Owner.Key));
        Notice(turn, notices);
        var owner = CrdResources.MediaPipelines.ControllerReference(turn.Stored);
        var operators = await _objects.SyncOperatorsAsync(turn.Owner, MediaOperatorObjects.Of(accepted.Pipeline, graph, owner), cancel);
        var (pods, device) = ObservePods(turn, accepted, operators);
        var input = Input(turn, accepted, graph, owner, operators, device.Requests);
        var views = await ViewAsync(turn, accepted, pods, cancel);
        var outcome = BatchOutcome.Of(graph, accepted.Generation, turn.Before, [.. input.Units.SelectMany(unit => unit.Slots)], views,
            view => _parts.Plans.Report(turn.Owner.Key, view.Uid));
        var decisions = SlotPlanner.Decide(input, views, turn.Memory, turn.Before, turn.Stored.Metadata!.Uid!, outcome, turn.Now);
        var slots = decisions.Slots;
        turn.Memory.KeepRefused(slots);
        if (outcome is not null)
            _parts.Updates.End(turn.Owner.Key);
        else if (input.SidecarImage == _parts.Settings.SidecarImage && slots.All(slot => slot is { IsOutdated: false, Standby: null }))
            _parts.Updates.Rolled(turn.Owner.Key, slots.All(slot => slot.IsSettled));

        if (outcome is null)
            _parts.Plans.Sync(turn.Owner.Key, accepted, input.Units, slots, input.Identities,
                views.Where(view => !slots.Any(slot => slot.Slot.Stable == view.Stable)));
        else
            _parts.Plans.Forget(turn.Owner.Key);
        var status = Summary(turn, accepted, input, decisions, outcome, device.Missing);
        // The names first: whatever happens next, they are on record.
        await _status.WriteAsync(turn.Stored, status, turn.Memory, turn.Now, cancel);
        RequireOnRecord(slots, turn.Memory);
        var desired = Renderer.Render(input, Selection(turn, slots));
        await _objects.SyncAsync(turn.Owner, desired, cancel);
        await _pods.RemoveAsync(turn.Owner, decisions.Removals, cancel);
        await _pods.MakeAsync(turn.Owner, desired.Pods, slots, turn.Memory, turn.Now, cancel);
        foreach (var one in operators)
            await _status.WriteAsync(one, input.Units.First(unit => unit.Operators.Any(node => node.Name == one.Spec.Operator)), slots,
                status, cancel);
        return Again(turn, slots, views, input.Identities.Values.Min(identity => identity.RenewAt));
    }

    /// <summary>No pod is made under a name that the next controller would not find.</summary>
    private static void RequireOnRecord(IReadOnlyList<SlotDecision> slots, PipelineMemory memory)
    {
        Invariant.That(memory.Written is not null);
        var recorded = memory.Written.Pods.Select(one => (one.Name, one.Incarnation)).ToHashSet();
        Invariant.That(slots.All(slot => !slot.Make || recorded.Contains((slot.Slot.Stable, slot.Incarnation))));
    }

    private static bool IsFirst(ReconcileContext turn, SlotDecision slot) =>
        slot.Incarnation == PodNames.Next(turn.Stored.Metadata!.Uid!, slot.Slot.Stable, null);

    private PodSelection Selection(ReconcileContext turn, IReadOnlyList<SlotDecision> slots) => new(
        slots.Where(slot => slot.Make && (_parts.Replaces || IsFirst(turn, slot)))
            .ToDictionary(slot => slot.Slot.Stable, slot => PodNames.Of(slot.Slot.Stable, slot.Incarnation)),
        slots.Where(slot => slot.Yields).Select(slot => slot.Slot.Stable).ToHashSet());

    private RenderInput Input(ReconcileContext turn, AcceptedPipeline accepted, PipelineGraph graph, OwnerReference owner,
        IReadOnlyList<MediaOperator> operators, bool requestsRdma) => new()
        {
            Pipeline = accepted.Pipeline,
            Graph = graph,
            Widest = accepted.WidestPlan,
            Hashes = accepted.Hashes,
            AcceptedSpec = accepted.Spec,
            AcceptedGeneration = accepted.Generation,
            Server = _parts.Server,
            Settings = _parts.Settings,
            SidecarImage = SidecarImage(turn, accepted),
            Owner = owner,
            OperatorOwners = operators.ToDictionary(one => one.Spec.Operator, CrdResources.MediaOperators.ControllerReference),
            Identities = Identities(turn, graph),
            RequestsRdma = requestsRdma,
        };

    private string SidecarImage(ReconcileContext turn, AcceptedPipeline accepted)
    {
        var (own, newest) = (turn.Before?.SidecarImage, _parts.Settings.SidecarImage);
        return own is null || (accepted.FollowsSidecar && own != newest
            && _parts.Updates.TryBegin(turn.Owner.Key, turn.Before!.Conditions.IsTrue(Reasons.ReadyType))) ? newest : own;
    }

    private (IReadOnlyList<Pod> Pods, DeviceDemand Device) ObservePods(ReconcileContext turn, AcceptedPipeline accepted,
        IReadOnlyList<MediaOperator> operators)
    {
        var owners = operators.Select(one => one.Metadata.Uid!).Append(turn.Owner.Uid).ToHashSet();
        var pods = Observation.PodsOf(_parts.View, turn.Owner.Key, owners);
        turn.Memory.See(pods);
        return (pods, DeviceDemand.Of(_parts.View, accepted.Pipeline, pods, _parts.Server));
    }

    private async Task<IReadOnlyList<PodView>> ViewAsync(ReconcileContext turn, AcceptedPipeline accepted, IReadOnlyList<Pod> pods,
        CancellationToken cancel)
    {
        var patience = TimeSpan.FromSeconds(accepted.Pipeline.Spec.NodeLossSeconds);
        var views = new List<PodView>(pods.Count);
        foreach (var pod in pods)
        {
            var node = await _nodes.LookAsync(pod.Spec?.NodeName, patience, turn.Now, cancel);
            var view = Observation.View(pod, node, _parts.Plans.Report(turn.Owner.Key, pod.Metadata!.Uid!),
                accepted.Pipeline.Spec.Rdma?.Network, turn.Now);
            views.Add(await _pending.ExplainAsync(view, turn.Memory, turn.Now, cancel));
        }
        return views;
    }

    private Dictionary<string, UnitIdentity> Identities(ReconcileContext turn, PipelineGraph graph)
    {
        var authority = _parts.Authority() ?? throw new InvalidOperationException("the installation's authority is not known yet");
        var identities = new Dictionary<string, UnitIdentity>();
        foreach (var unit in PipelineUnit.Of(graph))
        {
            var stored = _parts.View.Secrets.Store.Get(new(graph.Namespace, PodPaths.ObjectName(graph.Name, unit.Name)));
            var mine = stored?.Metadata?.OwnerReferences?.Any(one => one.Uid == turn.Owner.Uid) == true ? stored : null;
            (identities[unit.Name], var issued, _) = turn.Memory.Issued(unit, mine, authority.Bundle,
                () => UnitIdentities.Of(unit, graph.Namespace, graph.Name, mine, authority, _parts.Times, turn.Now), turn.Now);
            if (issued && mine is not null)
                _parts.Events.Normal(turn.Owner.About, Reasons.CertificateIssued, $"{unit.Name} has a new certificate");
        }
        return identities;
    }

    private PipelineStatus Summary(ReconcileContext turn, AcceptedPipeline accepted, RenderInput input, SlotPlan plan,
        BatchOutcome? outcome,
        string? missing) => StatusSummary.Of(new()
        {
            Generation = turn.Generation,
            Refusal = turn.Refusal,
            Accepted = accepted,
            Graph = input.Graph,
            Before = turn.Before,
            Slots = plan.Slots,
            Changes = turn.Memory.Changes,
            RolloutStopped = plan.Stopped,
            Reports = Reports(turn, plan.Slots),
            Outcome = outcome,
            MissingDevice = missing,
            SidecarImage = input.SidecarImage,
            NewestSidecarImage = _parts.Settings.SidecarImage,
            Now = turn.Now,
        });

    private Dictionary<string, SidecarReport> Reports(ReconcileContext turn, IReadOnlyList<SlotDecision> slots) =>
        slots.Where(slot => slot.Current is not null).ToDictionary(slot => slot.Current!.Uid, slot =>
            _parts.Plans.Report(turn.Owner.Key, slot.Current!.Uid));

    /// <summary>When only time or figures will bring something new.</summary>
    private Outcome Again(ReconcileContext turn, IReadOnlyList<SlotDecision> slots, IReadOnlyList<PodView> views, DateTimeOffset renewAt)
    {
        var waits = slots.Select(slot => slot.LookAgainAt).OfType<DateTimeOffset>().Select(at => at - turn.Now).ToList();
        if (slots.Any(slot => slot.Current is { } pod && _parts.Plans.Report(turn.Owner.Key, pod.Uid).Status is not null))
            waits.Add(StatusPace.StatisticsEvery);
        if (turn.Memory.Refused.Count > 0)
            waits.Add(TimeSpan.FromSeconds(10));
        if (renewAt - turn.Now < TimeSpan.FromMinutes(15))
            waits.Add(renewAt - turn.Now);
        // Nothing tells of Events: the pods that they explain are looked at again.
        if (views.Any(PendingEvents.MayExplain))
            waits.Add(TimeSpan.FromSeconds(4));
        return waits.Count == 0
            ? Outcome.Done
            : Outcome.After(waits.Min() is var wait && wait > TimeSpan.FromMilliseconds(100) ? wait : TimeSpan.FromMilliseconds(100));
    }

    private void Notice(ReconcileContext turn, IReadOnlyList<ScaleNotice> notices)
    {
        var all = string.Join('\n', notices.Select(one => one.Message));
        if (all == turn.Memory.Noticed)
            return;
        turn.Memory.Noticed = all;
        foreach (var notice in notices)
            _parts.Events.Warning(turn.Owner.About, notice.Reason, notice.Message);
    }

    private void Forget(ObjectKey key)
    {
        _memories.TryRemove(key, out _);
        _parts.Updates.End(key);
        _parts.Plans.Forget(key);
        _objects.Forget(key);
    }

    private static SyncOwner Owner(ObjectKey key, CustomObject stored) =>
        new(key, stored.Metadata!.Uid!, EventRecorder.About(CrdResources.MediaPipelines, stored));
}
