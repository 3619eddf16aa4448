using System.Text.Json;
using System.Text.Json.Nodes;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.Operator.Tests;

/// <summary>Pipelines for tests, as the API server would hand them over.</summary>
internal static class Pipelines
{
    /// <summary>An ingest with a Service, two analysers, and a sink in a group of two.</summary>
    public const string Live = """
        {
          "apiVersion": "k8smediaflow.io/v1alpha1", "kind": "MediaPipeline",
          "metadata": { "name": "live", "namespace": "media", "uid": "u-live", "generation": 3, "resourceVersion": "7" },
          "spec": {
            "operators": [
              { "name": "ingest", "image": "registry.example/media:1", "args": ["ingest", "--listen", "srt://:9000"],
                "ports": [{ "name": "srt", "containerPort": 9000, "protocol": "UDP" }], "service": { "type": "LoadBalancer", "annotations": { "example.com/pool": "a" } },
                "resources": { "limits": { "cpu": "2", "memory": "1Gi" } }, "replicas": 1,
                "outputs": [{ "name": "video", "caps": { "video": { "width": 640, "height": 360, "format": "yuv420p", "frameRate": "30" } } }] },
              { "name": "analyse", "image": "registry.example/media:1", "args": ["analyse"], "replicas": 2, "maxReplicas": 3,
                "env": [{ "name": "MODEL", "valueFrom": { "secretKeyRef": { "name": "model", "key": "url" } } }],
                "nodeSelector": { "pool": "media" }, "tolerations": [{ "key": "media", "operator": "Exists" }],
                "topologySpreadConstraints": [{ "maxSkew": 1, "topologyKey": "kubernetes.io/hostname", "whenUnsatisfiable": "ScheduleAnyway" }],
                "inputs": [{ "name": "video" }], "outputs": [{ "name": "video" }] },
              { "name": "overlay", "image": "registry.example/media:1", "args": ["overlay"], "inputs": [{ "name": "video" }], "outputs": [{ "name": "video" }] },
              { "name": "encode", "image": "registry.example/media:1", "args": ["encode", "--output", "/media/out.mp4"],
                "volumeMounts": [{ "name": "media", "mountPath": "/media" }], "terminationGracePeriodSeconds": 45, "inputs": [{ "name": "video" }] }
            ],
            "edges": [
              { "from": "ingest.video", "to": "analyse.video" },
              { "from": "analyse.video", "to": "overlay.video", "order": "BySequence" },
              { "from": "overlay.video", "to": "encode.video" }
            ],
            "groups": [{ "name": "studio", "mode": "SamePod", "operators": ["overlay", "encode"] }],
            "volumes": [{ "name": "media", "persistentVolumeClaim": { "claimName": "media" } }]
          }
        }
        """;

    /// <summary>A source and a sink, each in a pod of its own.</summary>
    public const string Pair = """
        {
          "apiVersion": "k8smediaflow.io/v1alpha1", "kind": "MediaPipeline",
          "metadata": { "name": "pair", "namespace": "media", "uid": "u-pair", "generation": 1, "resourceVersion": "1" },
          "spec": {
            "operators": [
              { "name": "source", "image": "registry.example/media:1",
                "outputs": [{ "name": "video", "caps": { "video": { "width": 64, "height": 48, "format": "gray", "frameRate": "25" } } }] },
              { "name": "sink", "image": "registry.example/media:1", "inputs": [{ "name": "video" }] }
            ],
            "edges": [{ "from": "source.video", "to": "sink.video" }]
          }
        }
        """;

    /// <summary>Two sources and two sinks, each of which belongs to one of the sources, and up to three of either.</summary>
    public const string Partners = """
        {
          "apiVersion": "k8smediaflow.io/v1alpha1", "kind": "MediaPipeline",
          "metadata": { "name": "partners", "namespace": "media", "uid": "u-partners", "generation": 1, "resourceVersion": "1" },
          "spec": {
            "encryption": "TLS",
            "operators": [
              { "name": "source", "image": "registry.example/media:1", "maxReplicas": 3,
                "outputs": [{ "name": "video", "caps": { "video": { "width": 64, "height": 48, "format": "gray", "frameRate": "25" } } }] },
              { "name": "sink", "image": "registry.example/media:1", "maxReplicas": 3, "inputs": [{ "name": "video" }] }
            ],
            "edges": [{ "from": "source.video", "to": "sink.video", "distribution": "OneToOne" }]
          }
        }
        """;

    /// <summary>A source and a sink whose frames lie in chosen blocks on huge pages, and who never sleep.</summary>
    public const string Huge = """
        {
          "apiVersion": "k8smediaflow.io/v1alpha1", "kind": "MediaPipeline",
          "metadata": { "name": "huge", "namespace": "media", "uid": "u-huge", "generation": 1, "resourceVersion": "1" },
          "spec": {
            "staging": { "hugePages": "2Mi", "blockClasses": [{ "size": "32Ki", "count": 64 }, { "size": "4Mi", "count": 24 }], "polling": { "mode": "Busy" } },
            "sidecar": { "resources": { "limits": { "hugepages-2Mi": "8Mi" } } },
            "operators": [
              { "name": "source", "image": "registry.example/media:1",
                "outputs": [{ "name": "video", "caps": { "video": { "width": 1920, "height": 1080, "format": "yuv420p", "frameRate": "25" } } }] },
              { "name": "sink", "image": "registry.example/media:1", "inputs": [{ "name": "video" }] }
            ],
            "edges": [{ "from": "source.video", "to": "sink.video" }]
          }
        }
        """;

    /// <summary>
    /// The pair, whose sidecars ask for a resource, lock memory by capability, and have the device's addresses on a network of its own.
    /// </summary>
    public static string Device =>
        Over(Pair, "device", """{"resourceName": "rdma/hca_shared_devices_a", "memlock": "Capability", "network": "fabric/rdma-net"}""");

    /// <summary>The pair, whose sidecars ask for a device by claim, beside a claim of a media operator.</summary>
    public static string Claim => Over(Pair, "claim", """{"resourceClaimTemplateName": "rdma-nic"}""")
        .Replace("""{ "name": "sink",""",
            """{ "name": "sink", "resourceClaims": [{ "name": "gpu", "resourceClaimTemplateName": "gpu" }], "resources": { "claims": [{ "name": "gpu" }] },""", StringComparison.Ordinal);

    private static string Over(string pair, string name, string rdma) =>
        pair.Replace("\"name\": \"pair\"", $"\"name\": \"{name}\"", StringComparison.Ordinal)
            .Replace("\"spec\": {", $"\"spec\": {{ \"transport\": \"RDMA\", \"rdma\": {rdma},", StringComparison.Ordinal);

    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web);

    public static CustomObject Stored(string json, Action<JsonObject>? change = null)
    {
        var document = JsonNode.Parse(json)!.AsObject();
        change?.Invoke(document);
        return new()
        {
            ApiVersion = (string)document["apiVersion"]!,
            Kind = (string)document["kind"]!,
            Metadata = document["metadata"].Deserialize<ObjectMeta>(Web),
            Spec = document["spec"].Deserialize<JsonElement>(),
            Status = document["status"]?.Deserialize<JsonElement>(),
        };
    }

    public static MediaPipeline Read(string json, Action<JsonObject>? change = null) =>
        MediaPipelineReader.Read(Stored(json, change), out var faults)
            ?? throw new InvalidDataException(string.Join(Environment.NewLine, faults));
}
