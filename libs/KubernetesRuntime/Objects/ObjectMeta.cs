using System.Text.Json.Serialization;

namespace K8sMediaFlow.KubernetesRuntime.Objects;

/// <summary>An object that the API server stores.</summary>
public interface IKubernetesObject
{
    /// <summary>Null only in objects that were not read from a server and not yet named.</summary>
    ObjectMeta? Metadata { get; }
}

/// <summary>
/// The metadata that we read and write. Field managers are left out on purpose: they double the size of an object in memory and no
/// part of the controller reads them.
/// </summary>
public sealed record ObjectMeta
{
    public string? Name { get; init; }
    public string? GenerateName { get; init; }
    public string? Namespace { get; init; }
    public string? Uid { get; init; }

    /// <summary>Opaque: comparable for equality only.</summary>
    public string? ResourceVersion { get; init; }

    public long? Generation { get; init; }

    [JsonConverter(typeof(SecondTime))]
    public DateTimeOffset? CreationTimestamp { get; init; }

    /// <summary>Set once deletion has begun; the object goes when its grace period and finalizers have ended.</summary>
    [JsonConverter(typeof(SecondTime))]
    public DateTimeOffset? DeletionTimestamp { get; init; }

    public long? DeletionGracePeriodSeconds { get; init; }
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
    public IReadOnlyList<OwnerReference>? OwnerReferences { get; init; }
    public IReadOnlyList<string>? Finalizers { get; init; }

    /// <summary>The owner that controls this object, or null.</summary>
    [JsonIgnore]
    public OwnerReference? ControllerOwner => OwnerReferences?.FirstOrDefault(owner => owner.Controller == true);
}

/// <summary>Points from an object to one that owns it, in the same namespace or cluster-wide.</summary>
public sealed record OwnerReference
{
    public required string ApiVersion { get; init; }
    public required string Kind { get; init; }
    public required string Name { get; init; }
    public required string Uid { get; init; }
    public bool? Controller { get; init; }
    public bool? BlockOwnerDeletion { get; init; }
}

/// <summary>Namespace and name: what a cache and a work queue know an object by. The namespace of a cluster-wide object is empty.</summary>
public readonly record struct ObjectKey(string Namespace, string Name) : IComparable<ObjectKey>
{
    public static ObjectKey Of(IKubernetesObject value) =>
        new(value.Metadata?.Namespace ?? "",
            value.Metadata?.Name ?? throw new ArgumentException("an object without a name has no key", nameof(value)));

    public int CompareTo(ObjectKey other) =>
        string.CompareOrdinal(Namespace, other.Namespace) is var order and not 0 ? order : string.CompareOrdinal(Name, other.Name);

    public static bool operator <(ObjectKey left, ObjectKey right) => left.CompareTo(right) < 0;
    public static bool operator >(ObjectKey left, ObjectKey right) => left.CompareTo(right) > 0;
    public static bool operator <=(ObjectKey left, ObjectKey right) => left.CompareTo(right) <= 0;
    public static bool operator >=(ObjectKey left, ObjectKey right) => left.CompareTo(right) >= 0;

    public override string ToString() => Namespace.Length == 0 ? Name : $"{Namespace}/{Name}";
}
