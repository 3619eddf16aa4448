using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Cli.Run.Preparation;

/// <summary>Puts what an input holds in the place of what its source declared. Pure.</summary>
internal static class ProbedCaps
{
    /// <exception cref="RunException">The source has no sound, and a media operator takes nothing but its sound.</exception>
    public static PipelineGraph Apply(PipelineGraph graph, OperatorNode source, InputMedia media)
    {
        var hasSound = media.SampleRate is not null;
        var silent = hasSound ? [] : source.Outputs.Where(port => port.Caps?.Audio is not null).Select(port => port.Name).ToHashSet();
        var probed = source with { Outputs = [.. source.Outputs.Where(port => !silent.Contains(port.Name)).Select(port => port with { Caps = Caps(port.Caps, media) })] };
        var dropped = graph.Edges.Where(edge => edge.From.Operator == source.Name && silent.Contains(edge.From.Port)).ToList();
        return graph with
        {
            Operators = [.. graph.Operators.Select(node => node == source ? probed : Without(node, dropped))],
            Edges = [.. graph.Edges.Except(dropped)],
        };
    }

    /// <summary>
    /// Size and rates are the input's. Pixel and sample format stay as declared: the source converts to them, and what comes behind it was
    /// chosen for them.
    /// </summary>
    private static MediaCaps? Caps(MediaCaps? declared, InputMedia media) => declared switch
    {
        { Video: { } video } => new MediaCaps(Video: video with { Width = media.Width, Height = media.Height, FrameRate = media.FrameRate }),
        { Audio: { } audio } => new MediaCaps(Audio: audio with { SampleRate = media.SampleRate!.Value, Channels = media.Channels!.Value }),
        _ => declared,
    };

    private static OperatorNode Without(OperatorNode node, IReadOnlyList<GraphEdge> dropped)
    {
        var ports = dropped.Where(edge => edge.To.Operator == node.Name).Select(edge => edge.To.Port).ToHashSet();
        if (ports.Count == 0)
            return node;
        if (node.Inputs.All(port => ports.Contains(port.Name)))
            throw new RunException($"the input has no sound, and '{node.Name}' takes nothing else");
        return node with { Inputs = [.. node.Inputs.Where(port => !ports.Contains(port.Name))] };
    }
}
