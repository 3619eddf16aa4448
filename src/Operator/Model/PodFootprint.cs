using System.Globalization;
using System.Text.Json;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Operator.Desired;

namespace K8sMediaFlow.Operator.Model;

/// <summary>
/// What a pod takes of the cluster: where it may be, the objects that it mounts, and how much of each resource it asks for.
/// </summary>
internal sealed record PodFootprint(string Place, IReadOnlyDictionary<string, decimal> Requests)
{
    private const decimal Beyond = 1e24m;

    private static readonly (string Suffix, decimal Unit)[] Units =
    [
        ("Ki", 1024m), ("Mi", 1048576m), ("Gi", 1073741824m), ("Ti", 1099511627776m), ("Pi", 1125899906842624m),
            ("Ei", 1152921504606846976m),
        ("n", 0.000000001m), ("u", 0.000001m), ("m", 0.001m), ("k", 1e3m), ("M", 1e6m), ("G", 1e9m), ("T", 1e12m), ("P", 1e15m),
            ("E", 1e18m),
    ];

    /// <summary>Claims, Secrets and other objects that are mounted: a pod hangs where one of them is not there.</summary>
    public IReadOnlySet<string> Volumes { get; init; } = new HashSet<string>();

    public static PodFootprint Of(Pod pod)
    {
        var requests = new Dictionary<string, decimal>();
        foreach (var container in (pod.Spec?.InitContainers ?? []).Concat(pod.Spec?.Containers ?? []))
            foreach (var (name, amount) in Asked(container))
                requests[name] = requests.GetValueOrDefault(name) + Amount(amount);
        return new(PlaceOf(pod.Spec ?? new()), requests)
        {
            Volumes = (pod.Spec?.Volumes ?? []).Select(Mounted).OfType<string>().ToHashSet(),
        };
    }

    /// <summary>Where this one goes, the other finds all that it needs.</summary>
    public bool MakesRoomFor(PodFootprint other) => Place == other.Place && other.Volumes.IsSubsetOf(Volumes)
        && HasAsMuchAs(other);

    public bool HasAsMuchAs(PodFootprint other) => other.Requests.All(one => one.Value <= Requests.GetValueOrDefault(one.Key));

    private static IEnumerable<KeyValuePair<string, string>> Asked(Container container)
    {
        var requests = container.Resources?.Requests ?? new Dictionary<string, string>();
        return requests.Concat((container.Resources?.Limits ?? new Dictionary<string, string>()).Where(one =>
            !requests.ContainsKey(one.Key)));
    }

    private static string PlaceOf(PodSpec spec) => JsonSerializer.Serialize(
        new PodSpec
        {
            NodeSelector = spec.NodeSelector is null
                ? null
                : new SortedDictionary<string, string>(new Dictionary<string, string>(spec.NodeSelector), StringComparer.Ordinal),
            Affinity = spec.Affinity,
            Tolerations = spec.Tolerations,
            TopologySpreadConstraints = spec.TopologySpreadConstraints,
            PriorityClassName = spec.PriorityClassName,
            RuntimeClassName = spec.RuntimeClassName,
            SchedulerName = spec.SchedulerName,
            ResourceClaims = spec.ResourceClaims,
        },
        DesiredJson.Default.PodSpec);

    /// <summary>What a volume needs, whatever its name; null where it is made with the pod.</summary>
    private static string? Mounted(Volume volume) => volume is { EmptyDir: not null } or { DownwardAPI: not null }
        ? null : JsonSerializer.Serialize(volume with { Name = "" }, DesiredJson.Default.Volume);

    /// <summary>An amount that cannot be read is more than any pod has.</summary>
    private static decimal Amount(string text)
    {
        var (suffix, unit) = Units.Append((Suffix: "", Unit: 1m)).First(one => text.EndsWith(one.Suffix, StringComparison.Ordinal));
        return decimal.TryParse(text[..^suffix.Length], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= 0
            && number <= Beyond / unit ? number * unit : Beyond;
    }
}
