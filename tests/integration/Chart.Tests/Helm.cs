using System.Text;
using System.Text.Json.Nodes;
using K8sMediaFlow.Operator.Model;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Chart.Tests;

/// <summary>The real helm on the chart of this repository.</summary>
internal static class Helm
{
    internal const string Namespace = "media-system", Release = "media";

    internal static string Chart { get; } = Path.Combine(Sources.Root, "charts", "k8smediaflow");

    internal static IReadOnlyList<JsonObject> Template(string version, params string[] values) => YamlDocuments.Parse(Run(
        ["template", Release, Chart, "-n", Namespace, "--kube-version", version, .. values.SelectMany(value => new[]
        {
            "--set-json", value,
        })]));

    internal static string Lint(params string[] values) => Run(["lint", Chart, "--strict", .. values.SelectMany(value => new[]
    {
        "--set-json", value,
    })]);

    /// <summary>What helm says to values that it refuses.</summary>
    internal static string Refusal(string version, params string[] values)
    {
        try
        {
            Template(version, values);
        }
        catch (InvalidOperationException refused)
        {
            return refused.Message;
        }
        throw new InvalidOperationException($"helm takes {string.Join(", ", values)} on {version}");
    }

    private static string Run(string[] arguments) => Encoding.UTF8.GetString(Tool.Run(Downloads.Get("helm"), arguments));
}
