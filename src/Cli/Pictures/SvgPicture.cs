using System.Globalization;
using System.Text;
using K8sMediaFlow.Cli.Commands;
using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Cli.Pictures;

/// <summary>A plan as a picture that needs nothing but a browser.</summary>
internal static class SvgPicture
{
    private const string Style =
        "text{font:13px sans-serif;fill:#1c2733}.small{font-size:11px;fill:#51606f}.lane{fill:#eef2f7;stroke:#c4cfdb}" +
        ".node{fill:#fff;stroke:#1c2733;stroke-width:1.5}.edge{fill:none;stroke:#2f6db5;stroke-width:1.8}.link{stroke:#c0562b;stroke-dasharray:7 4}";

    internal static string Draw(PipelineGraph graph, PipelinePlan plan)
    {
        var layout = new LaneLayout(graph);
        var text = new StringBuilder();
        Append(text, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{layout.Width}\" height=\"{layout.Height}\" viewBox=\"0 0 {layout.Width} {layout.Height}\">\n");
        Append(text, $"<title>{graph.Name}</title>\n<style>{Style}</style>\n");
        text.Append("<defs><marker id=\"tip\" viewBox=\"0 0 10 10\" refX=\"9\" refY=\"5\" markerWidth=\"7\" markerHeight=\"7\" orient=\"auto\"><path d=\"M0 0 10 5 0 10z\" fill=\"#1c2733\"/></marker></defs>\n");
        foreach (var (lane, box) in layout.Lanes)
            Append(text, $"<rect class=\"lane\" x=\"{box.X}\" y=\"{box.Y}\" width=\"{box.Width}\" height=\"{box.Height}\" rx=\"8\"/><text class=\"small\" x=\"{box.X + 10}\" y=\"{box.Y + 18}\">{lane.Title}</text>\n");
        foreach (var edge in plan.Edges)
            Edge(text, edge, layout, Between(plan, edge));
        foreach (var node in graph.Operators)
            Node(text, node, layout.Nodes[node.Name]);
        return text.Append("</svg>\n").ToString();
    }

    private static void Node(StringBuilder text, MediaOperatorNode node, Box box)
    {
        Append(text, $"<rect class=\"node\" x=\"{box.X}\" y=\"{box.Y}\" width=\"{box.Width}\" height=\"{box.Height}\" rx=\"5\"/>");
        Append(text, $"<text x=\"{box.X + box.Width / 2}\" y=\"{box.MiddleY + 5}\" text-anchor=\"middle\">{Lane.Label(node)}</text>\n");
    }

    /// <summary>The place of an edge among those that join the same two operators, so that they do not lie on one another.</summary>
    private static int Between(PipelinePlan plan, EdgePlan edge) =>
        plan.Edges.TakeWhile(other => other != edge)
            .Count(other => (other.From.Operator, other.To.Operator) == (edge.From.Operator, edge.To.Operator));

    private static void Edge(StringBuilder text, EdgePlan edge, LaneLayout layout, int among)
    {
        var (from, to) = (layout.Nodes[edge.From.Operator], layout.Nodes[edge.To.Operator]);
        var (startY, endY) = (from.MiddleY + 9 * among, to.MiddleY + 9 * among);
        // An edge along its own row that leaves columns out goes below the boxes in that row.
        var dip = from.Y == to.Y && to.X - from.X > 2 * LaneLayout.NodeWidth + 200 ? 70 : 0;
        var reach = Math.Max(60, (to.X - from.Right) / 2);
        Append(text, $"<path class=\"edge{(edge.Way == EdgeWay.Local ? "" : " link")}\" marker-end=\"url(#tip)\" d=\"M{from.Right} {startY} C{from.Right + reach} {startY + dip} {to.X - reach} {endY + dip} {to.X} {endY}\"><title>{edge.WayReason}</title></path>");
        var (x, y) = ((from.Right + to.X) / 2, (startY + endY) / 2 + dip * 3 / 4 - 8 + 30 * among);
        Append(text, $"<text class=\"small\" text-anchor=\"middle\" x=\"{x}\" y=\"{y}\">{edge.From.Port} → {edge.To.Port} · {Format.Of(edge.Way)}<tspan x=\"{x}\" dy=\"24\">{edge.Caps}</tspan></text>\n");
    }

    private static void Append(StringBuilder text, FormattableString part) => text.Append(part.ToString(CultureInfo.InvariantCulture));
}
