using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>A taint that the pods put up with.</summary>
public sealed record TolerationSpec
{
    /// <summary>Key of the taint; every taint where unset, with operator Exists.</summary>
    public string? Key { get; set; }

    /// <summary>Equal compares the value, Exists does not.</summary>
    public TolerationOperator? Operator { get; set; }

    /// <summary>Value of the taint.</summary>
    public string? Value { get; set; }

    /// <summary>NoSchedule, PreferNoSchedule or NoExecute; all of them where unset.</summary>
    public TaintEffect? Effect { get; set; }

    /// <summary>How long a NoExecute taint is borne; for ever where unset.</summary>
    public long? TolerationSeconds { get; set; }
}

/// <summary>How a toleration looks at a taint.</summary>
public enum TolerationOperator { Equal, Exists }

/// <summary>What a taint does to pods.</summary>
public enum TaintEffect { NoSchedule, PreferNoSchedule, NoExecute }

/// <summary>How pods spread over the nodes.</summary>
public sealed record TopologySpreadSpec
{
    /// <summary>The most by which the number of pods of two domains may differ.</summary>
    public required int MaxSkew { get; init; }

    /// <summary>The label of nodes whose values are the domains.</summary>
    public required string TopologyKey { get; init; }

    /// <summary>What to do with a pod that fits nowhere.</summary>
    public required UnsatisfiablePlacement WhenUnsatisfiable { get; init; }

    /// <summary>The pods that count; the media operator's own where unset.</summary>
    public LabelSelector? LabelSelector { get; set; }

    /// <summary>The fewest domains that there must be.</summary>
    public int? MinDomains { get; set; }
}

/// <summary>What the scheduler does where a spread cannot be had.</summary>
public enum UnsatisfiablePlacement { DoNotSchedule, ScheduleAnyway }

/// <summary>Labels and annotations of the pods. Those of k8smediaflow.io and app.kubernetes.io/managed-by are the controller's.</summary>
public sealed record PodMetadataSpec
{
    /// <summary>Labels of the pods.</summary>
    public IReadOnlyDictionary<string, string>? Labels { get; set; }

    /// <summary>Annotations of the pods.</summary>
    public IReadOnlyDictionary<string, string>? Annotations { get; set; }
}
