using System.Globalization;
using System.Text;
using K8sMediaFlow.Cli.Commands;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Cli.Pictures;

/// <summary>
/// A plan for Graphviz: a box per lane of pods, in it the media operators. Names are DNS labels, so nothing needs escaping but our own
/// texts.
/// </summary>
internal static class DotPicture
{
    internal static string Draw(PipelineGraph graph, PipelinePlan plan)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture,
            $"digraph \"{graph.Name}\" {{\n  rankdir=LR;\n  node [shape=box, style=filled, fillcolor=white];\n");
        foreach (var (lane, number) in Lane.Of(graph).Select((lane, number) => (lane, number)))
            Cluster(text, lane, number);
        foreach (var edge in plan.Edges)
            text.Append(CultureInfo.InvariantCulture,
                $"  \"{edge.From.Operator}\" -> \"{edge.To.Operator}\" [label=\"{edge.From.Port} → {edge.To.Port}\\n{edge.Caps}\\n{Format.Of(edge.Way)}\", style={(edge.Way == EdgeWay.Local ? "solid" : "dashed")}];\n");
        return text.Append("}\n").ToString();
    }

    private static void Cluster(StringBuilder text, Lane lane, int number)
    {
        text.Append(CultureInfo.InvariantCulture,
            $"  subgraph cluster_{number} {{\n    label=\"{lane.Title}\";\n    style=\"filled,rounded\";\n    fillcolor=\"#eef2f7\";\n");
        foreach (var node in lane.Operators)
            text.Append(CultureInfo.InvariantCulture, $"    \"{node.Name}\" [label=\"{Lane.Label(node)}\"];\n");
        text.Append("  }\n");
    }
}
