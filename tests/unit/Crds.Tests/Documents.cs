using System.Text.Json.Nodes;

namespace K8sMediaFlow.Crds.Tests;

/// <summary>A small pipeline as JSON, for tests that spoil it.</summary>
internal static class Documents
{
    internal static JsonObject Small() => JsonNode.Parse("""
        {
          "apiVersion": "k8smediaflow.io/v1alpha1",
          "kind": "MediaPipeline",
          "metadata": {"name": "small", "labels": {"team": "sport"}},
          "spec": {
            "transport": "TCP",
            "operators": [
              {"name": "generate", "image": "x", "args": ["generate"], "volumeMounts": [{"name": "media", "mountPath": "/media"}],
               "outputs": [{"name": "video", "caps": {"video": {"width": 640, "height": 360, "format": "yuv420p", "frameRate": "30000/1001"}}}]},
              {"name": "sink", "image": "x", "replicas": 2, "inputs": [{"name": "video"}]}
            ],
            "edges": [{"from": "generate.video", "to": "sink.video", "distribution": "Broadcast", "retain": {"maxBytes": "512Mi"}}],
            "volumes": [{"name": "media", "emptyDir": {}}]
          }
        }
        """)!.AsObject();
}
