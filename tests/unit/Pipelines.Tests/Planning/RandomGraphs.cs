using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Tests.Planning;

/// <summary>Graphs that keep the rules: operators in a row, each input fed by some output before it.</summary>
internal static class RandomGraphs
{
    /// <param name="random">Where it comes from.</param>
    /// <param name="sideMax">Pixels of the longest side of a picture.</param>
    internal static PipelineGraph Next(Random random, int sideMax = 4000)
    {
        var operators = new List<MediaOperatorNode>();
        var edges = new List<GraphEdge>();
        for (var count = random.Next(2, 10); operators.Count < count;)
            Add(random, operators, edges, sideMax);
        // What nobody reads is no error, but an operator that touches nothing is.
        operators.RemoveAll(node => !edges.Any(edge => edge.From.Operator == node.Name || edge.To.Operator == node.Name));
        return operators.Count == 0 ? Next(random, sideMax) : new PipelineGraph
        {
            Name = "random",
            Operators = operators,
            Edges = edges,
            Groups = Groups(random, operators),
        };
    }

    private static void Add(Random random, List<MediaOperatorNode> operators, List<GraphEdge> edges, int sideMax)
    {
        var name = $"op{operators.Count}";
        var sources = operators.SelectMany(node => node.Outputs.Select(port => new PortRef(node.Name, port.Name))).ToList();
        var inputs = sources.Count == 0 ? 0 : random.Next(0, 3);
        var outputs = inputs == 0 ? random.Next(1, 3) : random.Next(0, 3);
        var node = new MediaOperatorNode
        {
            Name = name,
            Replicas = random.Next(3) == 0 ? random.Next(1, 5) : null,
            Inputs = [.. Enumerable.Range(0, inputs)
                .Select(i => new InputPort($"in{i}", null, random.Next(4) == 0 ? random.Next(1, 40) : null))],
            Outputs = [.. Enumerable.Range(0, outputs)
                .Select(i => new OutputPort($"out{i}", inputs == 1 && random.Next(2) == 0 ? null : Caps(random, sideMax)))],
        };
        operators.Add(node);
        edges.AddRange(node.Inputs.Select(port => Edge(random, operators, sources[random.Next(sources.Count)],
            new PortRef(name, port.Name))));
    }

    private static GraphEdge Edge(Random random, List<MediaOperatorNode> operators, PortRef from, PortRef to)
    {
        var edge = new GraphEdge(from, to) { Distribution = random.Next(3) == 0 ? Distribution.Broadcast : Distribution.RoundRobin };
        var single = operators.Single(node => node.Name == to.Operator).ReplicaCount == 1;
        return edge with { Order = single && random.Next(2) == 0 ? FrameOrder.BySequence : FrameOrder.Arrival };
    }

    private static List<MediaOperatorGroup> Groups(Random random, List<MediaOperatorNode> operators)
    {
        var members = operators.Where(_ => random.Next(3) == 0).Select(node => node.Name).ToList();
        return members.Count == 0 ? [] : [new MediaOperatorGroup("together", GroupMode.SamePod, members)];
    }

    private static MediaCaps Caps(Random random, int sideMax) => random.Next(3) == 0
        ? new MediaCaps(Audio: new AudioCaps(48000, random.Next(1, 9), SampleFormats.Names[random.Next(SampleFormats.Names.Count)]))
        : new MediaCaps(new VideoCaps(random.Next(1, sideMax), random.Next(1, sideMax * 3 / 4),
            PixelFormats.Names[random.Next(PixelFormats.Names.Count)], new Rational(random.Next(1, 61), 1)));
}
