using System.Security.Cryptography;
using System.Text;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Operator.Model;

/// <summary>Where a pod is.</summary>
/// <param name="Pod">On the pods' network.</param>
/// <param name="Rdma">On the RDMA network, where it was attached to one.</param>
internal sealed record PodAddresses(string Pod, string? Rdma = null);

/// <summary>
/// The plans of a pipeline's pods. The planner runs once for a spec, for the most replicas that there may be; the plan of the moment is
/// that plan with addresses and tokens, without the replicas that do not run. So a scale within the maximum changes who is linked to whom,
/// and no region. A media operator that is scaled to 0 stays in its neighbours' plans as one whose pod is away: what is on its way to it
/// waits, and no consumer takes its absence for the end of a stream.
/// </summary>
internal static class PlanBuilder
{
    /// <exception cref="PlanRefusedException">The graph breaks a rule or does not fit.</exception>
    public static PipelinePlan Widest(PipelineGraph widest) => PipelinePlanner.Draw(widest, Placement.Of(widest), default);

    /// <param name="widest">See <see cref="Widest"/>.</param>
    /// <param name="slots">Those that run.</param>
    /// <param name="addresses">Of pods that have one, by stable name; also of those that leave.</param>
    /// <param name="tokens">By unit and key, see <see cref="PodPaths.TokenKey"/>.</param>
    public static IReadOnlyList<SidecarPlan> Of(
        PipelinePlan widest, IReadOnlyCollection<PodSlot> slots, IReadOnlyDictionary<string, PodAddresses> addresses,
            Func<ReplicaPlacement, string?> tokens)
    {
        var running = slots.ToDictionary(slot => slot.Stable);
        var edges = widest.Edges.ToDictionary(edge => edge.Name, edge => edge with
        {
            Producers = Running(edge.Producers, running),
            Consumers = Running(edge.Consumers, running),
        });
        LinkPlan Addressed(LinkPlan link) => link with
        {
            PeerAddress = addresses.GetValueOrDefault(link.PeerPod)?.Pod
                ?? (running.ContainsKey(link.PeerPod) ? PodPlacement.AddressUnknown : PodPlacement.AddressNowhere),
            PeerLinkPort = PodPaths.LinkPort,
        };
        return
        [
            .. widest.Sidecars.Where(plan => running.ContainsKey(plan.Pod)).Select(plan => plan with
            {
                RdmaAddress = addresses.GetValueOrDefault(plan.Pod)?.Rdma,
                Operators = [.. plan.Operators.Where(one => Runs(running, plan.Pod, one.Name, one.Replica))
                    .Select(one => WithToken(one, tokens))],
                Edges = [.. plan.Edges.Select(edge => edges[edge.Name])],
                Outbound = [.. plan.Outbound.Where(link => edges[link.Edge].Consumers.Any(end => end.Pod == link.PeerPod))
                    .Select(Addressed)],
                // No pod dials upstream, but by its new address a receiver knows that the pod was replaced: the old one, cut off and alive,
                // is not let in again.
                Inbound = [.. plan.Inbound.Where(link => edges[link.Edge].Producers.Any(end => end.Pod == link.PeerPod)).Select(Addressed)],
            }),
        ];
    }

    /// <summary>Whether everybody that the plan's pod has to call has an address. Until then there is nothing to tell it.</summary>
    public static bool IsComplete(SidecarPlan plan) => plan.Outbound.All(link => link.PeerAddress != PodPlacement.AddressUnknown);

    /// <summary>The replicas that run; where none does, the first, which is away.</summary>
    private static List<EndpointPlan> Running(IReadOnlyList<EndpointPlan> ends, Dictionary<string, PodSlot> running) =>
        ends.Where(end => Runs(running, end.Pod, end.Operator, end.Replica)).ToList() is { Count: > 0 } some ? some : [ends[0]];

    private static bool Runs(Dictionary<string, PodSlot> running, string pod, string name, int replica) =>
        running.TryGetValue(pod, out var slot) && slot.Replicas.Any(one => one.Operator == name && one.Replica == replica);

    private static MediaOperatorPlan WithToken(MediaOperatorPlan one, Func<ReplicaPlacement, string?> tokens) =>
        tokens(new(one.Name, one.Replica)) is { } token ? one with { TokenSha256 = Hash(token) } : one;

    internal static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
