using System.Text;
using System.Text.Json.Nodes;
using K8sMediaFlow.Crds.V1Alpha1;

namespace K8sMediaFlow.Crds.Generator;

/// <summary>Everything that is made from the custom resources' types: paths in the repository and their contents.</summary>
public static class GeneratedFiles
{
    private const string Header = "# Generated from src/Crds by scripts/generate.sh; edit the types instead.\n";

    /// <summary>
    /// Servers evaluate CEL rules from 1.25 on without being asked to, and know all that ours say (fieldPath) from here on.
    /// </summary>
    private const string CelCondition = "{{- if semverCompare \">=1.28-0\" .Capabilities.KubeVersion.Version }}";

    private static readonly (string Name, Type Kind)[] Kinds = [("mediapipelines", typeof(MediaPipeline)),
        ("mediaoperators", typeof(MediaOperator))];

    public static IEnumerable<(string Path, string Text)> All() =>
    [
        .. Kinds.Select(one => ($"config/crd/{one.Name}.yaml", Header + YamlText.Of(KindDocument.Of(one.Kind, cel: false)))),
        .. Kinds.Where(one => HasRules(one.Kind))
            .Select(one => ($"config/crd/cel/{one.Name}.yaml", Header + YamlText.Of(KindDocument.Of(one.Kind, cel: true)))),
        .. Kinds.Select(one => ($"charts/k8smediaflow/templates/crds/{one.Name}.yaml", Template(one.Kind))),
        ("docs/reference/fields.md", FieldReference.Of([.. Kinds.Select(one => one.Kind)])),
    ];

    private static bool HasRules(Type kind) => !JsonNode.DeepEquals(KindDocument.Of(kind, cel: true), KindDocument.Of(kind, cel: false));

    /// <summary>
    /// One template for all servers: blocks with rules are conditional, and the definitions stay when the chart is uninstalled.
    /// </summary>
    private static string Template(Type kind)
    {
        var document = KindDocument.Of(kind, cel: true);
        document["metadata"]!.AsObject()["annotations"] = new JsonObject { ["helm.sh/resource-policy"] = "keep" };
        var lines = YamlText.Of(document).Split('\n');
        if (lines.Any(line => line.Contains("{{", StringComparison.Ordinal)))
            throw new InvalidOperationException($"a text of {kind.Name} would be read as a template");
        return Header + "{{- if .Values.crds.install }}\n" + Conditional(lines) + "{{- end }}\n";
    }

    private static string Conditional(string[] lines)
    {
        var text = new StringBuilder();
        var depth = -1;
        foreach (var line in lines.Where(line => line.Length > 0))
        {
            var indent = line.Length - line.TrimStart(' ', '-').Length;
            if (depth >= 0 && indent <= depth)
            {
                text.Append("{{- end }}\n");
                depth = -1;
            }
            if (line.TrimStart() == "x-kubernetes-validations:")
            {
                text.Append(CelCondition).Append('\n');
                depth = indent;
            }
            text.Append(line).Append('\n');
        }
        return text.Append(depth >= 0 ? "{{- end }}\n" : "").ToString();
    }
}
