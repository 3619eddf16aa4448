using System.Text.Json.Nodes;
using K8sMediaFlow.Operator.Desired;

namespace K8sMediaFlow.Chart.Tests;

/// <summary>The objects of one rendering, and questions about them.</summary>
internal sealed class RenderedChart(IReadOnlyList<JsonObject> objects)
{
    private static readonly string[] ClusterKinds = ["ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition",
        "ValidatingWebhookConfiguration"];

    internal IReadOnlyList<JsonObject> Objects => objects;

    internal IEnumerable<JsonObject> OfKind(string kind) => objects.Where(one => Kind(one) == kind);

    internal JsonObject Deployment => OfKind("Deployment").Single();

    internal JsonNode PodTemplate => Deployment["spec"]!["template"]!;

    internal JsonNode Controller => PodTemplate["spec"]!["containers"]![0]!;

    internal IEnumerable<JsonObject> WithPods => objects.Where(one => Kind(one) is "Deployment" or "Pod");

    internal static string Kind(JsonNode one) => one["kind"]!.GetValue<string>();

    internal static string Name(JsonNode one) => one["metadata"]!["name"]!.GetValue<string>();

    internal static string? Namespace(JsonNode one) => one["metadata"]!["namespace"]?.GetValue<string>();

    internal static bool IsOfCluster(JsonNode one) => ClusterKinds.Contains(Kind(one));

    internal static IEnumerable<string> Texts(JsonNode? list) => (list?.AsArray() ?? []).Select(one => one!.GetValue<string>());

    /// <summary>
    /// All rules of roles that the controller's account is bound to, with the namespace that they hold in; null for everywhere.
    /// </summary>
    internal IEnumerable<(string? Namespace, JsonNode Rule)> Granted() =>
        from binding in objects.Where(one => Kind(one) is "RoleBinding" or "ClusterRoleBinding")
        let role = objects.Single(one => Kind(one) == binding["roleRef"]!["kind"]!.GetValue<string>()
            && Name(one) == binding["roleRef"]!["name"]!.GetValue<string>()
            && Namespace(one) == Namespace(binding))
        from rule in role["rules"]!.AsArray()
        select (Namespace(binding), rule);

    internal bool Selects(JsonNode? labels) =>
        labels!.AsObject()
            .All(label => PodTemplate["metadata"]!["labels"]![label.Key]?.GetValue<string>() == label.Value!.GetValue<string>());
}
