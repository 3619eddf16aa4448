namespace K8sMediaFlow.EndToEnd.Tests;

/// <summary>Pipelines of the tests.</summary>
internal static class Documents
{
    private const string Image = "k8smediaflow/media-operators:0.1.0";

    /// <summary>The sample's shape, small: decode in one pod; two analysers, overlay and encode in another.</summary>
    public static string Highlights(string execution = "Batch", string input = "/media/match.mp4", bool realtime = false) => $$$"""
        apiVersion: k8smediaflow.io/v1alpha1
        kind: MediaPipeline
        metadata: {name: highlights}
        spec:
          execution: {{{execution}}}
          operators:
            - name: decode
              image: {{{Image}}}
              args: [decode, --input, {{{input}}}{{{(realtime ? ", --realtime" : "")}}}]
              volumeMounts: [{name: media, mountPath: /media}]
              outputs:
                - {name: video, caps: {video: {width: 320, height: 180, format: yuv420p, frameRate: "25"} } }
                - {name: audio, caps: {audio: {sampleRate: 48000, channels: 2, format: s16le} } }
            - {name: analyse, image: {{{Image}}}, args: [analyse], replicas: 2, inputs: [{name: video}], outputs: [{name: video}]}
            - {name: overlay, image: {{{Image}}}, args: [overlay, --text, score], inputs: [{name: video}], outputs: [{name: video}]}
            - name: encode
              image: {{{Image}}}
              args: [encode, --output, /media/highlights.mp4]
              volumeMounts: [{name: media, mountPath: /media}]
              inputs: [{name: video}, {name: audio}]
          edges:
            - {from: decode.video, to: analyse.video, distribution: RoundRobin}
            - {from: analyse.video, to: overlay.video, order: BySequence, onFull: Block}
            - {from: overlay.video, to: encode.video}
            - {from: decode.audio, to: encode.audio}
          groups:
            - {name: studio, mode: SamePod, operators: [analyse, overlay, encode]}
          volumes: [{name: media, persistentVolumeClaim: {claimName: media}}]
        """;

    /// <summary>A source whose every frame can be verified, and a sink that does; each in its own pod, or both in one.</summary>
    public static string GenerateToSink(string execution, int frames, bool samePod, string generateMore = "", string sinkMore = "") =>
        $$$"""
        apiVersion: k8smediaflow.io/v1alpha1
        kind: MediaPipeline
        metadata: {name: counted}
        spec:
          execution: {{{execution}}}
          operators:
            - name: source
              image: {{{Image}}}
              args: [generate, --frames, "{{{frames}}}"{{{generateMore}}}]
              outputs: [{name: video, caps: {video: {width: 320, height: 180, format: yuv420p, frameRate: "25"} } }]
            - name: sink
              image: {{{Image}}}
              args: [sink, --verify, --count-file, /media/count.json{{{sinkMore}}}]
              volumeMounts: [{name: media, mountPath: /media}]
              inputs: [{name: video}]
          edges:
            - {from: source.video, to: sink.video}
          {{{Groups(samePod)}}}
          volumes: [{name: media, emptyDir: {}}]
        """;

    private static string Groups(bool samePod) =>
        samePod ? "groups: [{name: one, mode: SamePod, operators: [source, sink]}]" : "groups: []";
}
