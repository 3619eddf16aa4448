using System.Text.Json;
using System.Text.Json.Serialization;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>A volume of the pods: a name and exactly one source, written as in a pod. Sources of the host are not among them.</summary>
public sealed record VolumeSpec
{
    public required string Name { get; init; }
    public JsonElement? ConfigMap { get; set; }
    public JsonElement? Csi { get; set; }

    [JsonPropertyName("downwardAPI")]
    public JsonElement? DownwardApi { get; set; }

    public JsonElement? EmptyDir { get; set; }
    public JsonElement? Ephemeral { get; set; }
    public JsonElement? PersistentVolumeClaim { get; set; }
    public JsonElement? Projected { get; set; }
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
