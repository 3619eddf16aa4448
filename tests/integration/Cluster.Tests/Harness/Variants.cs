namespace K8sMediaFlow.Cluster.Tests.Harness;

/// <summary>The flow of <see cref="Documents"/> with one thing different.</summary>
internal static class Variants
{
    private const string ToNode2 = "{nodeAffinity: {preferredDuringSchedulingIgnoredDuringExecution: [{weight: 100, preference: "
        + "{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [node2]}]}}]}}";

    /// <summary>Both ends on the first node; the analyser on the second one as long as it is there.</summary>
    public static string Roaming(string space, int nodeLossSeconds) => Documents.Flow(space, "Streaming")
        .With("hostname: node2", "hostname: node1")
        .With("{name: analyse,", $"{{name: analyse, affinity: {ToNode2},")
        .With("execution: Streaming", $"execution: Streaming\n  nodeLossSeconds: {nodeLossSeconds}");

    /// <summary>All on the first node, but for one unit that prefers the second and has so long to end.</summary>
    public static string Movable(string space, string unit, int graceSeconds)
    {
        const string Home = "nodeSelector: {kubernetes.io/hostname: node1}";
        var free = $"affinity: {ToNode2}, terminationGracePeriodSeconds: {graceSeconds}";
        var document = Documents.Flow(space, "Streaming").With("hostname: node2", "hostname: node1")
            .With("{name: analyse,", unit == "analyse" ? $"{{name: analyse, {free}," : $"{{name: analyse, {Home},");
        var mine = document.IndexOf($"- name: {unit}", StringComparison.Ordinal);
        return unit == "analyse"
            ? document
            : document[..mine]
                + document[mine..].ReplaceFirst($"      {Home}",
                "      " + free.Replace(", terminationGrace", "\n      terminationGrace", StringComparison.Ordinal));
    }

    private static string ReplaceFirst(this string text, string part, string by) =>
        text.IndexOf(part, StringComparison.Ordinal) is >= 0 and var at ? text[..at] + by + text[(at + part.Length)..]
        : throw new ArgumentException($"'{part}' is not in the document", nameof(part));

    /// <summary>The source on the first node, all that reads it on the second.</summary>
    public static string AcrossNodes(string space) =>
        Documents.Flow(space, "Streaming").With("{name: analyse,", "{name: analyse, nodeSelector: {kubernetes.io/hostname: node2},");

    /// <summary>Its sidecars follow the controller's version.</summary>
    public static string Following(string space) =>
        Documents.Flow(space, "Streaming").With("execution: Streaming", "execution: Streaming\n  sidecar: {updatePolicy: Automatic}");

    /// <summary>The file in the records' folder that the reluctant analyser waits for.</summary>
    public const string Gate = "go";

    /// <summary>An analyser that starts only when it may, and does not hear when its pod is to end: its shell does, and waits.</summary>
    public static string Reluctant(string space) => Documents.Flow(space, "Streaming").With("args: [analyse],", $$"""
        volumeMounts: [{name: records, mountPath: /records}],
                     command: [bash, -c, "until [ -e /records/{{Gate}} ]; do sleep 0.2; done; trap : TERM; /opt/k8smediaflow/media-operator analyse & wait $!; wait $!"],
        """);

    /// <summary>A source and a sink and few frames a second: ten of them stand side by side on a small machine.</summary>
    public static string Small(string space, string name) => $$$"""
        apiVersion: k8smediaflow.io/v1alpha1
        kind: MediaPipeline
        metadata: {name: {{{name}}}, namespace: {{{space}}}}
        spec:
          operators:
            - name: source
              image: {{{Documents.Operators}}}
              args: [generate, --realtime, --record, /records/{{{name}}}-{{{Documents.Sent}}}]
              nodeSelector: {kubernetes.io/hostname: node1}
              volumeMounts: [{name: records, mountPath: /records}]
              outputs: [{name: video, caps: {video: {width: 160, height: 90, format: yuv420p, frameRate: "5"} } }]
            - name: sink
              image: {{{Documents.Operators}}}
              args: [sink, --verify, --record, /records/{{{name}}}-{{{Documents.Seen}}}]
              nodeSelector: {kubernetes.io/hostname: node2}
              volumeMounts: [{name: records, mountPath: /records}]
              inputs: [{name: video}]
          edges: [{from: source.video, to: sink.video}]
          volumes: [{name: records, persistentVolumeClaim: {claimName: records}}]
        """;

    /// <summary>Replaces a text that must be there: a case about a change that was not made would prove nothing.</summary>
    public static string With(this string document, string part, string by) => document.Contains(part, StringComparison.Ordinal)
        ? document.Replace(part, by, StringComparison.Ordinal)
        : throw new ArgumentException($"'{part}' is not in the document", nameof(part));
}
