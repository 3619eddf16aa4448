using System.Text.Json;

namespace K8sMediaFlow.KubernetesRuntime.Objects;

/// <summary>A volume of a pod; exactly one source is set. Nothing of the host is in the list.</summary>
public sealed record Volume
{
    public required string Name { get; init; }
    public EmptyDirSource? EmptyDir { get; init; }
    public ConfigMapSource? ConfigMap { get; init; }
    public SecretSource? Secret { get; init; }
    public PersistentVolumeClaimSource? PersistentVolumeClaim { get; init; }
    public JsonElement? Projected { get; init; }
    public JsonElement? DownwardAPI { get; init; }
    public JsonElement? Ephemeral { get; init; }
    public JsonElement? Csi { get; init; }
}

public sealed record EmptyDirSource(string? Medium = null, string? SizeLimit = null);

public sealed record ConfigMapSource(string Name, IReadOnlyList<KeyToPath>? Items = null, int? DefaultMode = null, bool? Optional = null);

public sealed record SecretSource(string SecretName, IReadOnlyList<KeyToPath>? Items = null, int? DefaultMode = null,
    bool? Optional = null);

public sealed record KeyToPath(string Key, string Path, int? Mode = null);

public sealed record PersistentVolumeClaimSource(string ClaimName, bool? ReadOnly = null);
