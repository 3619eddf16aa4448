using System.Security.Cryptography;
using System.Text;
using K8sMediaFlow.Operator.Desired;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Operator.Plans;

/// <summary>Where a pod is.</summary>
/// <param name="Pod">On the pods' network.</param>
/// <param name="Rdma">On the RDMA network, where it was attached to one.</param>
internal sealed record PodAddresses(string Pod, string? Rdma = null);

/// <summary>
/// The plans of a pipeline's pods. Memory is planned once, for the most replicas that there may be; the plan of the moment is that plan
/// without the replicas that do not run. So a scale within the maximum changes who is linked to whom, and no region.
/// </summary>
internal static class PlanDrawing
{
    /// <exception cref="PlanRefusedException">The graph breaks a rule or does not fit.</exception>
    public static PipelinePlan Widest(PipelineGraph widest) => PipelinePlanner.Draw(widest, Placement.Of(widest), default);

    /// <param name="slots">Those that run.</param>
    /// <param name="addresses">Of pods that have one, by stable name.</param>
    /// <param name="tokens">By unit and key, see <see cref="PodPaths.TokenKey"/>.</param>
    public static IReadOnlyList<SidecarPlan> Of(
        PipelineGraph widest, PlanVersion version, IReadOnlyCollection<PodSlot> slots, IReadOnlyDictionary<string, PodAddresses> addresses, Func<ReplicaPlacement, string?> tokens)
    {
        var placement = Placement.Of(widest).With(pod => pod with
        {
            Address = addresses.GetValueOrDefault(pod.Name)?.Pod ?? PodPlacement.AddressUnknown,
            RdmaAddress = addresses.GetValueOrDefault(pod.Name)?.Rdma,
            LinkPort = PodPaths.LinkPort,
            Replicas = [.. pod.Replicas.Select(replica => tokens(replica) is { } token ? replica with { TokenSha256 = Hash(token) } : replica)],
        });
        var running = slots.ToDictionary(slot => slot.Stable);
        return [.. PipelinePlanner.Plan(widest, placement, version).Where(plan => running.ContainsKey(plan.Pod)).Select(plan => Restricted(plan, running))];
    }

    /// <summary>Whether everybody that the plan's pod has to call has an address. Until then there is nothing to tell it.</summary>
    public static bool IsComplete(SidecarPlan plan) => plan.Outbound.All(link => link.PeerAddress != PodPlacement.AddressUnknown);

    private static SidecarPlan Restricted(SidecarPlan plan, Dictionary<string, PodSlot> running)
    {
        bool Runs(string pod, string name, int replica) => running.TryGetValue(pod, out var slot) && slot.Replicas.Any(one => one.Operator == name && one.Replica == replica);
        return plan with
        {
            Operators = [.. plan.Operators.Where(one => Runs(plan.Pod, one.Name, one.Replica))],
            Edges = [.. plan.Edges.Select(edge => edge with
            {
                Producers = [.. edge.Producers.Where(end => Runs(end.Pod, end.Operator, end.Replica))],
                Consumers = [.. edge.Consumers.Where(end => Runs(end.Pod, end.Operator, end.Replica))],
            })],
            Outbound = [.. plan.Outbound.Where(link => running.ContainsKey(link.PeerPod))],
            // Nobody calls upstream, but by its new address a receiver knows that the pod was replaced: the old one, cut off and alive, is not let in again.
            Inbound = [.. plan.Inbound.Where(link => running.ContainsKey(link.PeerPod))],
        };
    }

    private static string Hash(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
