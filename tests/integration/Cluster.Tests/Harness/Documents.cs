namespace K8sMediaFlow.Cluster.Tests.Harness;

/// <summary>Documents of the cases.</summary>
internal static class Documents
{
    public const string Sent = "sent", Seen = "seen";

    public const string Operators = "localhost/k8smediaflow/media-operators:dev";

    /// <summary>Source on the first node, sink on the second, an analyser where it likes to be.</summary>
    public static string Flow(string space, string execution, string name = "flow", string more = "") => $$$"""
        apiVersion: k8smediaflow.io/v1alpha1
        kind: MediaPipeline
        metadata: {name: {{{name}}}, namespace: {{{space}}}}
        spec:
          execution: {{{execution}}}
          operators:
            - name: source
              image: {{{Operators}}}
              args: [generate, --realtime, {{{(execution == "Batch" ? "--frames, \"250\", " : "")}}}--record, /records/{{{Sent}}}]
              nodeSelector: {kubernetes.io/hostname: node1}
              volumeMounts: [{name: records, mountPath: /records}]
              outputs: [{name: video, caps: {video: {width: 320, height: 180, format: yuv420p, frameRate: "25"} } }]
            - {name: analyse, image: {{{Operators}}}, args: [analyse], inputs: [{name: video}], outputs: [{name: video}]}
            - name: sink
              image: {{{Operators}}}
              args: [sink, --verify, --record, /records/{{{Seen}}}]
              nodeSelector: {kubernetes.io/hostname: node2}
              volumeMounts: [{name: records, mountPath: /records}]
              inputs: [{name: video}]
          edges:
            - {from: source.video, to: analyse.video}
            - {from: analyse.video, to: sink.video}
          volumes: [{name: records, persistentVolumeClaim: {claimName: records}}]
        {{{more}}}
        """;

    /// <summary>The claim that the recorders write to: it outlives pods and nodes.</summary>
    public static string Records(string space, string folder) => Claim(space, "records", folder);

    /// <summary>A folder of the host as a claim.</summary>
    public static string Claim(string space, string name, string folder) => $$$"""
        apiVersion: v1
        kind: PersistentVolume
        metadata: {name: {{{space}}}-{{{name}}}, labels: {case: {{{space}}}}}
        spec:
          capacity: {storage: 1Gi}
          accessModes: [ReadWriteMany]
          storageClassName: ""
          persistentVolumeReclaimPolicy: Retain
          claimRef: {namespace: {{{space}}}, name: {{{name}}}}
          hostPath: {path: {{{folder}}}}
        ---
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: {{{name}}}, namespace: {{{space}}}}
        spec:
          storageClassName: ""
          volumeName: {{{space}}}-{{{name}}}
          accessModes: [ReadWriteMany]
          resources: {requests: {storage: 1Gi}}
        """;
}
