using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Cli.Pictures;

/// <summary>A rectangle of a picture, in pixels.</summary>
internal readonly record struct Box(int X, int Y, int Width, int Height)
{
    internal int MiddleY => Y + Height / 2;
    internal int Right => X + Width;
    internal int Bottom => Y + Height;
}

/// <summary>
/// Where everything goes: columns are the longest way from a source, lanes are one under the other. Lanes instead of free clusters, so that
/// no box can ever overlap another one, whatever the graph.
/// </summary>
internal sealed class LaneLayout
{
    internal const int NodeWidth = 150;
    private const int NodeHeight = 46;
    private const int ColumnPitch = 330;
    private const int Margin = 24;
    private const int RowPitch = 104;
    private const int TitleHeight = 30;

    private readonly Dictionary<string, int> _columns = [];

    internal LaneLayout(PipelineGraph graph)
    {
        var index = new GraphIndex(graph);
        var y = Margin;
        foreach (var lane in Lane.Of(graph))
        {
            var rows = Place(lane, index, y + TitleHeight);
            Lanes.Add((lane, new Box(Margin, y, 0, TitleHeight + rows * RowPitch)));
            y += TitleHeight + rows * RowPitch + Margin;
        }
        Width = Nodes.Values.Max(box => box.Right) + 3 * Margin;
        Height = y;
        Lanes = [.. Lanes.Select(lane => (lane.Lane, lane.Box with { Width = Width - 2 * Margin }))];
    }

    internal List<(Lane Lane, Box Box)> Lanes { get; } = [];
    internal Dictionary<string, Box> Nodes { get; } = [];
    internal int Width { get; }
    internal int Height { get; }

    /// <summary>Members of one column are placed under each other; the answer is how many rows that takes.</summary>
    private int Place(Lane lane, GraphIndex index, int top)
    {
        var used = new Dictionary<int, int>();
        foreach (var node in lane.Operators)
        {
            var column = Column(node, index);
            var row = used[column] = used.GetValueOrDefault(column) + 1;
            Nodes[node.Name] = new Box(2 * Margin + column * ColumnPitch, top + (row - 1) * RowPitch + (RowPitch - NodeHeight) / 2 - 10,
                NodeWidth, NodeHeight);
        }
        return used.Values.Max();
    }

    private int Column(MediaOperatorNode node, GraphIndex index)
    {
        if (!_columns.TryGetValue(node.Name, out var column))
            _columns[node.Name] = column = index.EdgesInto(node).Select(edge => Column(index.Operator(edge.From.Operator)!, index) + 1)
                .DefaultIfEmpty(0).Max();
        return column;
    }
}
