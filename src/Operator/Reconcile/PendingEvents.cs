using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Model;

namespace K8sMediaFlow.Operator.Reconcile;

/// <summary>
/// Why a pod hangs before its containers: a claim that cannot be made from its template, a volume that is missing, a sandbox that cannot be
/// made. The pod's status does not say; Events do. They are asked for only about pods that hang, and every four seconds at most.
/// </summary>
internal sealed class PendingEvents(ApiClient client)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3), Every = TimeSpan.FromSeconds(4);
    private const string Scheduling = "FailedScheduling", Claim = "FailedResourceClaimCreation";
    private static readonly string[] Progress = ["Pulling", "Pulled", "Created", "Started"];
    // A kubelet that is busy says so of Secrets and ConfigMaps that are there, and tries again at once.
    private const string OwnCache = "failed to sync ";
    private const string Attach = "FailedAttachVolume", Attached = "SuccessfulAttachVolume", InUse = "Multi-Attach error";
    // What a kubelet adds to an attachment that does not come: it names no cause of its own.
    private const string OwnTimeout = "Unable to attach or mount volumes";
    private static readonly string[] Volumes = ["FailedMount", Attach, "FailedMapVolume"];

    private readonly ResourceClient<CoreEvent> _events = client.For(Resources.Events);

    public async Task<PodView> ExplainAsync(PodView view, PipelineMemory memory, DateTimeOffset now, CancellationToken cancel)
    {
        if (!MayExplain(view) || now - view.CreatedAt < Patience)
            return view;
        if (!memory.Asked.TryGetValue(view.Uid, out var answer) || now - answer.At >= Every)
            memory.Asked[view.Uid] = answer = (now, await AskAsync(view, cancel));
        return view with { PodIssue = answer.PodIssue ?? view.PodIssue };
    }

    /// <summary>
    /// Events may say more of it than its status: of a pod with a node where that says nothing, of one without a node where it needs
    /// claims.
    /// </summary>
    public static bool MayExplain(PodView view) => view.State == PodState.Pending &&
        (view.Node is null ? view.HasClaims : view.PodIssue is null or { MayPass: true });

    private async Task<PodIssue?> AskAsync(PodView view, CancellationToken cancel)
    {
        try
        {
            var list = await _events.ListAsync(view.Namespace, new(Fields: $"involvedObject.uid={view.Uid}"), cancel);
            return Explain(view.Name, list.Items);
        }
        catch (ApiException)
        {
            // Only an explanation: without the permission to read Events there is none.
            return null;
        }
    }

    /// <summary>
    /// The newest warning that is still of interest: what the scheduler said is over once the pod has its node, what kept its containers
    /// once one is on its way.
    /// </summary>
    internal static PodIssue? Explain(string pod, IEnumerable<CoreEvent> events)
    {
        var byTime = events.OrderBy(At).ToList();
        var began = byTime.Where(one => Progress.Contains(one.Reason)).Select(At).LastOrDefault();
        var warnings = byTime.Where(one => one is { Type: "Warning", Reason: not Scheduling } && !Says(one, OwnCache)
            && (began is null || At(one) > began)).ToList();
        var last = warnings.LastOrDefault();
        return last is null ? null : last.Reason == Claim
            ? new(Reasons.ResourceMissing, $"pod {pod}: {last.Message}")
            : new(Volumes.Contains(last.Reason) ? Reasons.VolumeUnavailable : Reasons.PodsPending, $"pod {pod}: {last.Message}",
                MayPass: true)
            { IsVolumeInUse = IsInUse(warnings, byTime.Where(one => one.Reason == Attached).Select(At).LastOrDefault()) };
    }

    /// <summary>Nothing but a volume that another node still has keeps the pod.</summary>
    private static bool IsInUse(List<CoreEvent> warnings, DateTimeOffset? attached) =>
        warnings.Any(one => one.Reason == Attach && Says(one, InUse) && !(At(one) <= attached))
            && warnings.All(one => one.Reason == Attach ? Says(one, InUse) : Says(one, OwnTimeout));

    private static bool Says(CoreEvent one, string words) => one.Message?.Contains(words, StringComparison.Ordinal) == true;

    private static DateTimeOffset? At(CoreEvent one) => one.LastTimestamp ?? one.Metadata?.CreationTimestamp;
}
