using System.Text.Json.Nodes;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>What becomes of a pod when its pipeline is changed.</summary>
public enum PodChangeKind
{
    /// <summary>The running pod follows the change, if it has to do with it at all.</summary>
    Stays,
    Replaced,
    Added,
    Removed,
}

/// <summary>What a change of a pipeline does to one pod.</summary>
/// <param name="Pod">Its stable name.</param>
/// <param name="Because">Of a pod that is replaced: what of the pipeline it cannot follow.</param>
/// <param name="FrameBytesBefore">The memory for frames that the pod had; 0 for one that is added.</param>
/// <param name="FrameBytesAfter">What it needs then; 0 for one that is removed.</param>
public sealed record PodChange(
    string Pod, PodChangeKind Kind, IReadOnlyList<string> Because, long FrameBytesBefore, long FrameBytesAfter)
{
    /// <summary>How many bytes the running pod lacks.</summary>
    public long MissingBytes => Kind == PodChangeKind.Replaced ? Math.Max(0, FrameBytesAfter - FrameBytesBefore) : 0;

    /// <summary>What of a pipeline, and how much memory for frames: part of a sentence about a pod that is replaced.</summary>
    public string Reason => string.Join(", ", Because.Take(NamedMax)) + More + Missing;

    private const int NamedMax = 3;

    private string More => Because.Count > NamedMax ? FormattableString.Invariant($" and {Because.Count - NamedMax} more") : "";

    private string Missing => MissingBytes > 0 ? $"; its frames need {Bytes.Text(MissingBytes)} more" : "";
}

/// <summary>Which pods a change of a pipeline replaces, before it is made.</summary>
public static class PodChanges
{
    private static readonly string[] Derived = ["ports", "inbound"],
        DerivedFields = [".frameSizeBytes", ".queue", ".channelCapacity", ".maxBorrowed"];

    /// <summary>By pod: first those of before, in their order, then those that are added.</summary>
    /// <exception cref="PlanRefusedException">One of the two breaks a rule or does not fit.</exception>
    public static IReadOnlyList<PodChange> Of(MediaPipeline before, MediaPipeline after, PlannerOptions? options = null)
    {
        var (old, planned) = (Planned.Of(before, options), Planned.Of(after, options));
        return
        [
            .. old.Pods.Select(pod => planned.Basis.ContainsKey(pod)
                ? Compared(pod, old, planned)
                : new PodChange(pod, PodChangeKind.Removed, [], old.FrameBytes(pod), 0)),
            .. planned.Pods.Where(pod => !old.Basis.ContainsKey(pod))
                .Select(pod => new PodChange(pod, PodChangeKind.Added, [], 0, planned.FrameBytes(pod))),
        ];
    }

    private static PodChange Compared(string pod, Planned before, Planned after)
    {
        var all = Differences(before.Basis[pod], after.Basis[pod]).ToList();
        // What follows from the rest is told only where there is no rest.
        var because = all.Where(place => !IsDerived(place)).ToList() is { Count: > 0 } some ? some : all;
        var kind = because.Count > 0 ? PodChangeKind.Replaced : PodChangeKind.Stays;
        return new(pod, kind, because, before.FrameBytes(pod), after.FrameBytes(pod));
    }

    private static bool IsDerived(string place) => Derived.Any(list => place.StartsWith(list, StringComparison.Ordinal))
        || DerivedFields.Any(field => place.EndsWith(field, StringComparison.Ordinal));

    private static IEnumerable<string> Differences(JsonObject before, JsonObject after) =>
        Fields(before, after).Where(field => !JsonNode.DeepEquals(before[field], after[field])).SelectMany(field => field switch
        {
            "operators" => Named(before[field], after[field], field),
            "plan" => Fields(before[field]!.AsObject(), after[field]!.AsObject())
                .SelectMany(part => Named(before[field]![part], after[field]![part], part == "operators" ? "ports" : part)),
            _ => [field],
        }).Distinct();

    /// <summary>Of a list of things with names: the fields of each that differ.</summary>
    private static IEnumerable<string> Named(JsonNode? before, JsonNode? after, string list)
    {
        if (JsonNode.DeepEquals(before, after))
            return [];
        if (before is not JsonArray old || after is not JsonArray young)
            return [list];
        var (then, now) = (ByName(old), ByName(young));
        return then.Keys.Union(now.Keys)
            .SelectMany(name => Fields($"{list}[{name}]", then.GetValueOrDefault(name), now.GetValueOrDefault(name)))
            .DefaultIfEmpty(list);
    }

    private static IEnumerable<string> Fields(string place, JsonNode? before, JsonNode? after) =>
        before is JsonObject old && after is JsonObject young
            ? Fields(old, young).Where(field => !JsonNode.DeepEquals(old[field], young[field])).Select(field => $"{place}.{field}")
            : JsonNode.DeepEquals(before, after) ? [] : [place];

    private static Dictionary<string, JsonNode?> ByName(JsonArray list) => list
        .Select((item, at) => (Name: (item as JsonObject)?["name"]?.ToString() ?? FormattableString.Invariant($"{at}"), Item: item))
        .GroupBy(one => one.Name).ToDictionary(group => group.Key, group => group.First().Item);

    private static IEnumerable<string> Fields(JsonObject before, JsonObject after) =>
        before.Select(field => field.Key).Union(after.Select(field => field.Key));

    /// <summary>A pipeline with the most replicas that there may be, as the controller plans it.</summary>
    private sealed record Planned(PipelinePlan Plan, Dictionary<string, JsonObject> Basis)
    {
        public IEnumerable<string> Pods => Plan.Sidecars.Select(sidecar => sidecar.Pod);

        public static Planned Of(MediaPipeline pipeline, PlannerOptions? options)
        {
            var graph = PipelineGraphMapper.Widest(pipeline);
            var plan = PipelinePlanner.Draw(graph, Placement.Of(graph), default, options);
            return new(plan, plan.Sidecars.ToDictionary(sidecar => sidecar.Pod, sidecar => BasisOf(pipeline, sidecar)));
        }

        public long FrameBytes(string pod) => Plan.Regions.Where(region => region.Pod == pod).Sum(region => region.BlockBytes);

        private static JsonObject BasisOf(MediaPipeline pipeline, SidecarPlan plan)
        {
            var specs = pipeline.Spec.Operators.Where(spec => plan.Operators.Any(one => one.Name == spec.Name)).ToList();
            // By name, which the basis of one pod has no need of: a reader of a difference has.
            var basis = PodBasis.Of(pipeline, specs, plan.Operators.Select(one => new ReplicaPlacement(one.Name, one.Replica)), plan,
                requestsRdma: pipeline.Spec.Rdma is not null);
            foreach (var (node, spec) in basis["operators"]!.AsArray().Zip(specs))
                node!["name"] = spec.Name;
            return basis;
        }
    }
}
