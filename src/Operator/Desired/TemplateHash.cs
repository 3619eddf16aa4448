using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using K8sMediaFlow.Crds.V1Alpha1;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>
/// What a change of needs another pod: the <see cref="PodBasis"/>, and the sidecar image. Taken from what goes into rendering and not from
/// the pod that comes out, so that a newer controller, which may render differently, restarts no pipeline.
/// </summary>
internal static class TemplateHash
{
    public static string Of(PodParts parts, PodSlot slot) =>
        parts.Input.Hashes is { } known ? known.Of(parts, slot) : Computed(parts, slot);

    internal static string Computed(PodParts parts, PodSlot slot)
    {
        var basis = PodBasis.Of(parts.Input.Pipeline, parts.Specs, slot.Replicas,
            parts.Input.Widest.Sidecars.First(one => one.Pod == slot.Stable), parts.Input.RequestsRdma);
        // Where it always was: in another order, the hash would be another one, and every pod would be replaced.
        basis.Insert(basis.IndexOf("plan"), "image", parts.Input.SidecarImage);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(basis.ToJsonString())))[..16];
    }
}

/// <summary>
/// The hashes of one accepted spec, each computed once: of a large pipeline they are asked for by the thousand at every reconcile.
/// </summary>
internal sealed class TemplateHashes
{
    private readonly ConcurrentDictionary<(string Stable, string Replicas, string Image, bool Rdma), string> _known = [];

    /// <summary>How many were computed.</summary>
    public int Count => _known.Count;

    public string Of(PodParts parts, PodSlot slot)
    {
        var replicas = string.Join(' ', slot.Replicas.Select(one => FormattableString.Invariant($"{one.Operator}/{one.Replica}")));
        return _known.GetOrAdd((slot.Stable, replicas, parts.Input.SidecarImage, parts.Input.RequestsRdma),
            static (_, from) => TemplateHash.Computed(from.parts, from.slot), (parts, slot));
    }
}
