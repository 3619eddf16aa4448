using System.Text.Json;
using System.Text.Json.Serialization;
using K8sMediaFlow.Crds.Schema;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>A volume of the pods: a name and exactly one source, written as in a pod. Sources of the host are not among them.</summary>
[CelRule("[has(self.configMap), has(self.csi), has(self.downwardAPI), has(self.emptyDir), has(self.ephemeral), has(self.persistentVolumeClaim), has(self.projected), "
    + "has(self.secret)].filter(one, one).size() == 1", "exactly one source")]
public sealed record VolumeSpec
{
    /// <summary>What volumeMounts call it.</summary>
    [MaxChars(63)]
    public required string Name { get; init; }

    /// <summary>A ConfigMap of the namespace, as in a pod.</summary>
    public JsonElement? ConfigMap { get; set; }

    /// <summary>A volume of a CSI driver that lives with the pod.</summary>
    public JsonElement? Csi { get; set; }

    /// <summary>Fields of the pod as files.</summary>
    [JsonPropertyName("downwardAPI")]
    public JsonElement? DownwardApi { get; set; }

    /// <summary>An empty folder that lives with the pod.</summary>
    public JsonElement? EmptyDir { get; set; }

    /// <summary>A claim made for each pod from a template.</summary>
    public JsonElement? Ephemeral { get; set; }

    /// <summary>A claim of the namespace: {claimName: media}.</summary>
    public JsonElement? PersistentVolumeClaim { get; set; }

    /// <summary>Several sources in one folder.</summary>
    public JsonElement? Projected { get; set; }

    /// <summary>A Secret of the namespace, as in a pod.</summary>
    public JsonElement? Secret { get; set; }

    /// <summary>The names of the sources that are set.</summary>
    [JsonIgnore]
    public IEnumerable<string> Kinds =>
        from source in new (string Kind, JsonElement? Value)[]
        {
            ("configMap", ConfigMap), ("csi", Csi), ("downwardAPI", DownwardApi), ("emptyDir", EmptyDir), ("ephemeral", Ephemeral),
            ("persistentVolumeClaim", PersistentVolumeClaim), ("projected", Projected), ("secret", Secret),
        }
        where source.Value is not null
        select source.Kind;
}
