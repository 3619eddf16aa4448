namespace K8sMediaFlow.EndToEnd.Tests;

/// <summary>
/// A source, a media operator that passes frames on, and a sink that checks them, in three pods. Both ends record their frames in the
/// folder of the run.
/// </summary>
internal static class RecordedChain
{
    public static string Document(string name, int frames, int width, int height, int frameRate) => $$$"""
        apiVersion: k8smediaflow.io/v1alpha1
        kind: MediaPipeline
        metadata: {name: {{{name}}}}
        spec:
          execution: Streaming
          operators:
            - name: source
              image: k8smediaflow/media-operators:0.1.0
              args: [generate, --realtime, --frames, "{{{frames}}}", --record, /media/sent]
              volumeMounts: [{name: media, mountPath: /media}]
              outputs:
                - {name: video, caps: {video: {width: {{{width}}}, height: {{{height}}}, format: yuv420p, frameRate: "{{{frameRate}}}"} } }
            - name: analyse
              image: k8smediaflow/media-operators:0.1.0
              args: [analyse]
              inputs: [{name: video}]
              outputs: [{name: video}]
            - name: sink
              image: k8smediaflow/media-operators:0.1.0
              args: [sink, --verify, --record, /media/seen, --count-file, /media/count.json]
              volumeMounts: [{name: media, mountPath: /media}]
              inputs: [{name: video}]
          edges:
            - {from: source.video, to: analyse.video}
            - {from: analyse.video, to: sink.video}
          volumes: [{name: media, emptyDir: {}}]
        """;
}
