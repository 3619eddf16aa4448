using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Certificates;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Operator.Model;

/// <summary>
/// What the controller remembers of one pipeline between two reconciles. Nothing of it is needed to be right: another process that knows
/// none of it comes to the same objects.
/// </summary>
internal sealed class PipelineMemory(string uid)
{
    private static readonly TimeSpan StoreLag = TimeSpan.FromSeconds(10);

    /// <summary>Of a slot's pods one is on record and another may stand beside it; older names are asked for no more.</summary>
    private const int SeenPerSlotMax = 4;

    private readonly Dictionary<string, DateTimeOffset> _made = [];
    private readonly Dictionary<string, Queue<string>> _seen = [];

    public string Uid => uid;

    /// <summary>The last spec that was accepted, as it was read: reading it again for each event would be most of the work.</summary>
    public AcceptedPipeline? Accepted { get; set; }

    public (long Generation, Refusal? Refusal)? Judged { get; set; }

    /// <summary>What the last accepted change of the spec does to the pods that ran before it, by stable name.</summary>
    public IReadOnlyDictionary<string, PodChange> Changes { get; private set; } = new Dictionary<string, PodChange>();

    /// <summary>Takes a spec that was accepted in the place of what runs, if anything does.</summary>
    public void Accept(AcceptedPipeline accepted, AcceptedPipeline? running)
    {
        if (running is not null && running.Generation != accepted.Generation)
            Changes = PodChanges.Of(running.Pipeline, accepted.Pipeline).ToDictionary(change => change.Pod);
        Accepted = accepted;
    }

    /// <summary>By stable name.</summary>
    public Dictionary<string, RestartHistory> Restarts { get; } = [];

    /// <summary>Slots whose next pod the server refuses to make, by stable name.</summary>
    public Dictionary<string, PodRefusal> Refused { get; } = [];

    public PipelineStatus? Written { get; set; }
    public DateTimeOffset StatisticsAt { get; set; }

    /// <summary>What was said last, so that a notice that stays true is one Event.</summary>
    public string Noticed { get; set; } = "";

    /// <summary>When a pod's Events were asked for last, and what they told.</summary>
    public Dictionary<string, (DateTimeOffset At, PodIssue? PodIssue)> Asked { get; } = [];

    private readonly Dictionary<string, (UnitIdentity Identity, DateTimeOffset At)> _issued = [];
    private readonly Dictionary<string, (UnitIdentity Identity, string Version)> _kept = [];

    /// <summary>
    /// The identity of a unit. One that was made a moment ago is given again until the store shows its Secret: else every reconcile in
    /// between would make another one.
    /// </summary>
    public IdentityResult Issued(PipelineUnit unit, Secret? stored, string bundle, Func<IdentityResult> issue, DateTimeOffset now)
    {
        if (_issued.TryGetValue(unit.Name, out var last) && now - last.At < StoreLag && last.Identity.AuthoritiesPem == bundle
            && HasTokens(unit, last.Identity) && !Shows(stored, last.Identity))
            return new(last.Identity, false, false);
        if (stored is not null && _kept.TryGetValue(unit.Name, out var kept) && kept.Version == stored.Metadata!.ResourceVersion
            && kept.Identity.AuthoritiesPem == bundle &&
            now < kept.Identity.RenewAt && HasTokens(unit, kept.Identity))
            return new(kept.Identity, false, false);
        var result = issue();
        // What is as it was, was read from the Secret.
        Invariant.That(result.Changed || stored is not null);
        if (result.Changed)
            _issued[unit.Name] = (result.Identity, now);
        else
            _kept[unit.Name] = (result.Identity, stored!.Metadata!.ResourceVersion!);
        return result;
    }

    private static bool HasTokens(PipelineUnit unit, UnitIdentity identity) =>
        unit.Slots.All(slot => slot.Replicas.All(one => identity.Tokens.ContainsKey(PodPaths.TokenKey(one.Operator, one.Replica))));

    private static bool Shows(Secret? stored, UnitIdentity identity) =>
        identity.Tokens.Append(new(UnitSecrets.Certificate, identity.CertificatePem)).All(one =>
            stored?.Data?.GetValueOrDefault(one.Key) is { } bytes
                && bytes.AsSpan().SequenceEqual(System.Text.Encoding.UTF8.GetBytes(one.Value)));

    public void Made(string podName, string stable, DateTimeOffset now)
    {
        _made[podName] = now;
        Restarts[stable] = Restarts.GetValueOrDefault(stable, RestartHistory.None).Made(now);
    }

    /// <returns>Whether it is news, and not the same kind of refusal again.</returns>
    public bool Refuse(string stable, PodRefusal refusal)
    {
        var isNews = !Refused.TryGetValue(stable, out var before) || before.IsQuota != refusal.IsQuota;
        Refused[stable] = isNews ? refusal : refusal with { Since = before!.Since };
        return isNews;
    }

    /// <summary>Forgets refusals of pods that are not wanted any more.</summary>
    public void KeepRefused(IReadOnlyList<SlotDecision> slots)
    {
        foreach (var settled in Refused.Keys.Where(stable => !slots.Any(slot => slot.Make && slot.Slot.Stable == stable)).ToList())
            Refused.Remove(settled);
    }

    /// <summary>The pod was made a moment ago and the store may not show it yet.</summary>
    public bool IsOnItsWay(string podName, DateTimeOffset now) => _made.TryGetValue(podName, out var at) && now - at < StoreLag;

    /// <summary>The pod has been in the store.</summary>
    public bool HasSeen(string stable, string podName) => _seen.TryGetValue(stable, out var names) && names.Contains(podName);

    /// <summary>
    /// Takes note of the pods that are there, and forgets what will not be asked for: a slot may have its pod replaced for years.
    /// </summary>
    public void See(IReadOnlyCollection<Pod> pods)
    {
        foreach (var pod in pods)
            See(pod.Label(WellKnownLabels.Pod) ?? "", pod.Metadata!.Name!);
        var uids = pods.Select(pod => pod.Metadata!.Uid).ToHashSet();
        foreach (var gone in Asked.Keys.Where(uid => !uids.Contains(uid)).ToList())
            Asked.Remove(gone);
    }

    private void See(string stable, string podName)
    {
        _made.Remove(podName);
        if (HasSeen(stable, podName))
            return;
        if (!_seen.TryGetValue(stable, out var names))
            _seen[stable] = names = new();
        names.Enqueue(podName);
        if (names.Count > SeenPerSlotMax)
            names.Dequeue();
        Invariant.That(names.Count <= SeenPerSlotMax);
    }
}
