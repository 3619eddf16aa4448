using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Tests.Graph;

/// <summary>The pipeline of the samples as a graph, and small changes to it.</summary>
internal static class Graphs
{
    internal static readonly MediaCaps Video = new(new VideoCaps(1920, 1080, "yuv420p", new Rational(30, 1)));
    internal static readonly MediaCaps Audio = new(Audio: new AudioCaps(48000, 2, "s16le"));

    internal static PipelineGraph Highlights() => new()
    {
        Name = "highlights",
        Execution = Execution.Batch,
        Operators =
        [
            new MediaOperatorNode
            {
                Name = "decode",
                Outputs = [new("video", Video), new("audio", Audio)],
                VolumeMounts = [new("media", "/media")],
            },
            new MediaOperatorNode { Name = "analyse", Replicas = 2, Inputs = [new("video")], Outputs = [new("video")] },
            new MediaOperatorNode { Name = "overlay", Inputs = [new("video")], Outputs = [new("video")] },
            new MediaOperatorNode { Name = "encode", Inputs = [new("video"), new("audio")] },
        ],
        Edges =
        [
            Edge("decode.video", "analyse.video"),
            Edge("analyse.video", "overlay.video") with { Order = FrameOrder.BySequence },
            Edge("overlay.video", "encode.video"),
            Edge("decode.audio", "encode.audio"),
        ],
        Groups = [new("studio", GroupMode.SamePod, ["analyse", "overlay", "encode"])],
        Volumes = [new("media", "persistentVolumeClaim")],
    };

    internal static GraphEdge Edge(string from, string to) => new(Port(from), Port(to));

    internal static PortRef Port(string text) => PortRef.TryParse(text, out var port) ? port : new PortRef(text, "");

    internal static PipelineGraph WithOperator(this PipelineGraph graph, int i, Func<MediaOperatorNode, MediaOperatorNode> change) =>
        graph with { Operators = Changed(graph.Operators, i, change) };

    internal static PipelineGraph WithEdge(this PipelineGraph graph, int i, Func<GraphEdge, GraphEdge> change) =>
        graph with { Edges = Changed(graph.Edges, i, change) };

    private static List<T> Changed<T>(IReadOnlyList<T> list, int i, Func<T, T> change) =>
        [.. list.Select((one, at) => at == i ? change(one) : one)];
}
