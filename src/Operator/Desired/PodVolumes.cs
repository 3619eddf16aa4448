using System.Text.Json;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>The volumes of a pod: the sidecar's, a token per container, and those of the user that are mounted in it.</summary>
internal static class PodVolumes
{
    /// <summary>Readable by the pod's group, which all its containers share.</summary>
    private const int GroupReadable = 0b100_100_000;

    public static IEnumerable<Volume> Of(PodParts parts, PodSlot slot) =>
    [
        new() { Name = PodPaths.RunVolume, EmptyDir = new() },
        new() { Name = PodPaths.StateVolume, EmptyDir = new() },
        new()
        {
            Name = PodPaths.IdentityVolume,
            Secret = new(parts.ObjectName, [Item(UnitSecrets.Certificate), Item(UnitSecrets.Key), Item(UnitSecrets.Authorities)],
                GroupReadable),
        },
        new() { Name = PodPaths.ConfigVolume, ConfigMap = new(parts.ObjectName) },
        .. slot.Replicas.Select(replica => new Volume
        {
            Name = PodParts.TokenVolume(PodParts.ContainerName(slot, replica)),
            Secret = new(parts.ObjectName, [new(PodPaths.TokenKey(replica.Operator, replica.Replica), PodPaths.TokenFile)], GroupReadable),
        }),
        .. parts.Input.Pipeline.Spec.Volumes.Where(volume => parts.Specs.Any(spec => spec.VolumeMounts.Any(mount =>
            mount.Name == volume.Name))).Select(OfUser),
    ];

    private static KeyToPath Item(string key) => new(key, key);

    private static Volume OfUser(VolumeSpec spec) => new()
    {
        Name = spec.Name,
        EmptyDir = Read<EmptyDirSource>(spec.EmptyDir),
        ConfigMap = Read<ConfigMapSource>(spec.ConfigMap),
        Secret = Read<SecretSource>(spec.Secret),
        PersistentVolumeClaim = Read<PersistentVolumeClaimSource>(spec.PersistentVolumeClaim),
        Projected = spec.Projected,
        DownwardAPI = spec.DownwardApi,
        Ephemeral = spec.Ephemeral,
        Csi = spec.Csi,
    };

    private static T? Read<T>(JsonElement? source)
        where T : class => source is { } json ? (T?)json.Deserialize(typeof(T), DesiredJson.Default) : null;
}
