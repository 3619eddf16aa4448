using System.Text.Json.Nodes;

namespace K8sMediaFlow.Cli.Tests.Differential;

/// <summary>Documents that tell readers of YAML apart: one small pipeline in many spellings, sound and not.</summary>
internal static class Corpus
{
    internal const string Base = """
        apiVersion: k8smediaflow.io/v1alpha1
        kind: MediaPipeline
        metadata: {name: small, labels: {team: sport}}
        spec:
          operators:
            - name: generate
              image: x
              args: [generate]
              outputs: [{name: video, caps: {video: {width: 640, height: 360, format: yuv420p, frameRate: "30"}}}]
            - {name: sink, image: x, inputs: [{name: video}]}
          edges:
            - {from: generate.video, to: sink.video}

        """;

    private const string Sink = "- {name: sink, image: x, inputs: [{name: video}]}", Args = "args: [generate]",
        Labels = "labels: {team: sport}";

    /// <summary>Plain scalars that are not always the text that they look like.</summary>
    internal static readonly string[] Scalars =
    [
        "yes", "No", "on", "OFF", "y", "N", "true", "False", "~", "null", "Null", "\"\"", "010", "08", "0x10", "0o17", "0b101", "1.10",
            "2.0", "1e3", "1E3", "-1", "+5", "1_000", ".5", "5.", "-0",
        "640", "0", "1.5", "9999999999", "18446744073709551615", "99999999999999999999", "1:30", "2001-12-14", "2001-1-1T1:2:3Z", ".inf",
            "-.INF", ".nan", ".", "-", "1e", "0x", "<<", "=", "29.97", "30000/1001",
        "512Mi", "1.5Gi", "500m", "1e3Mi", "'5'", "\"yes\"", "!!str 5", "!!int \"5\"", "!!int five", "!!bool yes", "!!float 5", "!!null ~",
            "!!binary aGk=", "!!binary \"?\"", "!own 5", "! 5",
        "{}", "[]", "text", "a b", "Auto", "TCP", "tcp", "x\u00e9", "1 # a remark",
    ];

    /// <summary>A place for each kind of field: text, whole number, boolean, choice, quantity, rate, label, and a key.</summary>
    internal static readonly (string Name, Func<string, string> With)[] Places =
    [
        ("text", scalar => Swap(Args, $"args: [x, {scalar}]")),
        ("text alone", scalar => Swap(Args, $"priorityClassName: {scalar}")),
        ("variable", scalar => Swap(Args, $"env: [{{name: A, value: {scalar}}}]")),
        ("whole number", scalar => Swap("width: 640", $"width: {scalar}")),
        ("boolean", scalar => Swap(Args, $"securityContext: {{readOnlyRootFilesystem: {scalar}}}")),
        ("choice", scalar => Base.Replace("spec:", $"spec:\n  transport: {scalar}", StringComparison.Ordinal)),
        ("quantity", scalar => Swap("to: sink.video", $"to: sink.video, distribution: Broadcast, retain: {{maxBytes: {scalar}}}")),
        ("amount", scalar => Swap(Args, $"resources: {{limits: {{cpu: {scalar}}}}}")),
        ("rate", scalar => Swap("\"30\"", scalar)),
        ("label", scalar => Swap("team: sport", $"team: {scalar}")),
        ("label of pods", scalar => Swap(Args, $"podMetadata: {{labels: {{team: {scalar}}}}}")),
        ("port", scalar => Swap(Args, $"startupProbe: {{tcpSocket: {{port: {scalar}}}}}")),
        ("list", scalar => Swap(Args, $"env: {scalar}")),
        ("object", scalar => Swap(Args, $"resources: {scalar}")),
        ("anything", scalar => Swap(Args, $"affinity: {{nodeAffinity: {scalar}}}")),
        ("key of a label", scalar => Swap("team: sport", $"{scalar}: sport")),
        ("key of a field", scalar => Swap("image: x, inputs", $"image: x, {scalar}: 1, inputs")),
    ];

    /// <summary>What the text of a document can do beside its values.</summary>
    internal static readonly string[] Texts =
    [
        Base, Base.Replace("\n", "\r\n", StringComparison.Ordinal), "\uFEFF" + Base, "---\n" + Base, Base + "---\n", Base
            + "...\n", "# a remark\n" + Base, "%YAML 1.1\n---\n" + Base,
        // Anchors and merge keys.
        Swap(Sink, "- &sink {name: sink, image: x, inputs: [{name: video}]}"),
        Swap(Labels, "labels: &l {team: sport}, annotations: *l"),
        Swap(Labels, "labels: *l"),
        Swap(Labels, "labels: &l {team: *l}"),
        Swap(Sink, "- {name: sink, <<: {image: x}, inputs: [{name: video}]}"),
        Swap(Sink, "- {name: sink, <<: x, image: x, inputs: [{name: video}]}"),
        Swap(Sink, "- {name: sink, <<: ~, image: x, inputs: [{name: video}]}"),
        Swap(Sink, "- {name: sink, <<: [x], image: x, inputs: [{name: video}]}"),
        Swap(Sink, "- {name: sink, \"<<\": {image: x}, image: x, inputs: [{name: video}]}"),
        Swap(Sink, "- {name: sink, <<: {imge: x}, image: x, inputs: [{name: video}]}"),
        Swap(Args, "env: [&a {name: A, value: a}, {<<: *a}]"),
        Swap(Args, "env: [{name: A, value: &v a}, {name: B, value: *v}]"),
        // Keys.
        Swap(Sink, "- {name: sink, image: x, image: y, inputs: [{name: video}]}"),
        Swap(Labels, "labels: {team: a, 'team': b}"),
        Swap(Labels, "labels: {? team : sport}"),
        Swap(Labels, "labels: {? [team] : sport}"),
        Swap(Labels, "labels: {team}"),
        // Texts in blocks and quotes.
        Swap(Args, "args:\n        - |\n          two\n          lines\n        - >-\n          one\n          line\n        - \"\\x41\\u00e9\\n\"\n        - 'it''s'"),
        Swap(Args, "args: [\"a\n          b\"]"),
        Swap(Args, "args: [\"\\q\"]"),
        Swap(Args, "args: [\"\\/\"]"),
        Swap(Args, "args: [a: b]"),
        Swap(Args, "args: ['unclosed]"),
        Swap(Args, "args: [a, b"),
        Swap(Args, "args: [a,, b]"),
        Swap(Args, "args: [a, ]"),
        Swap(Args, "args: @a"),
        Swap(Args, "args: `a`"),
        Swap(Args, "args: [%a]"),
        Swap(Args, "args:\n\t- a"),
        Swap(Args, "args: !!seq [a]"),
        Swap(Args, "args: !!set {a}"),
        Swap(Args, "command: [a]\n     args: [b]"),
        Swap("kind: MediaPipeline", "kind: Mediapipeline"),
        Swap("kind: MediaPipeline", ""),
        Swap("v1alpha1", "v1"),
        // What no schema lets pass, and what pods would not.
        Swap("image: x, inputs", "imge: x, inputs"),
        Swap("labels:", "labls:"),
        Swap("spec:", "sepc: 1\nspec:"),
        Swap("name: small", "name: Small"),
        Swap("name: small", $"name: {new string('a', 60)}"),
        Swap(Labels, "labels: {\"a b\": c}"),
        Swap(Labels, "labels: {team: \"a b\"}"),
        Swap(Labels, $"labels: {{team: {new string('a', 64)}}}"),
        Swap(Labels, "annotations: {a/b/c: d}"),
        Swap(Labels, "annotations: {Example.org/A: d}"),
        Swap(Labels, "labels: ~, annotations: ~"),
        Swap(Labels, "labels: []"),
        Swap(Args, $"args: [{new string('a', 100_000)}]"),
        Swap(Args, "env: [{name: A}, {name: A}]"),
        Swap(Args, "resources: {requests: {cpu: 1}, limits: {cpu: 1000m}}"),
        Base.Replace("spec:", "spec:\n  transport: RDMA", StringComparison.Ordinal),
        Base.Replace("spec:", "status: {phase: Running}\nspec:", StringComparison.Ordinal),
        "42", "[]", "text", "{}",
    ];

    private static string Swap(string old, string written) =>
        Base.Contains(old, StringComparison.Ordinal)
            ? Base.Replace(old, written, StringComparison.Ordinal)
            : throw new InvalidOperationException($"no {old} in the document");
}
