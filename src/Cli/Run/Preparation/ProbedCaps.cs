using K8sMediaFlow.Cli.Run.Processes;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Cli.Run.Preparation;

/// <summary>Puts what an input holds in the place of what its source declared. Pure.</summary>
internal static class ProbedCaps
{
    /// <exception cref="RunException">The source has no sound or no picture, and a media operator takes nothing else.</exception>
    public static PipelineGraph Apply(PipelineGraph graph, MediaOperatorNode source, InputMedia media)
    {
        var without = media.Sound is null ? "sound" : "video";
        var missing = source.Outputs.Where(port => Lacks(media, port.Caps)).Select(port => port.Name).ToHashSet();
        if (missing.Count == source.Outputs.Count)
            throw new RunException($"the input has no {without}, and '{source.Name}' sends nothing else");
        var probed = source with
        {
            Outputs = [.. source.Outputs.Where(port => !missing.Contains(port.Name)).Select(port => port with
            {
                Caps = Caps(port.Caps, media),
            })],
        };
        var dropped = graph.Edges.Where(edge => edge.From.Operator == source.Name && missing.Contains(edge.From.Port)).ToList();
        return graph with
        {
            Operators = [.. graph.Operators.Select(node => node == source ? probed : Without(node, dropped, without))],
            Edges = [.. graph.Edges.Except(dropped)],
        };
    }

    private static bool Lacks(InputMedia media, MediaCaps? caps) =>
        (caps?.Audio is not null && media.Sound is null) || (caps?.Video is not null && media.Picture is null);

    /// <summary>
    /// Size and rates are the input's. Pixel and sample format stay as declared: the source converts to them, and what comes behind it was
    /// chosen for them.
    /// </summary>
    private static MediaCaps? Caps(MediaCaps? declared, InputMedia media) => declared switch
    {
        { Video: { } video } => new MediaCaps(Video: video with
        {
            Width = media.Picture!.Width,
            Height = media.Picture.Height,
            FrameRate = media.Picture.FrameRate,
        }),
        { Audio: { } audio } => new MediaCaps(Audio: audio with { SampleRate = media.Sound!.SampleRate, Channels = media.Sound.Channels }),
        _ => declared,
    };

    private static MediaOperatorNode Without(MediaOperatorNode node, IReadOnlyList<GraphEdge> dropped, string what)
    {
        var ports = dropped.Where(edge => edge.To.Operator == node.Name).Select(edge => edge.To.Port).ToHashSet();
        if (ports.Count == 0)
            return node;
        if (node.Inputs.All(port => ports.Contains(port.Name)))
            throw new RunException($"the input has no {what}, and '{node.Name}' takes nothing else");
        return node with { Inputs = [.. node.Inputs.Where(port => !ports.Contains(port.Name))] };
    }
}
