using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Cli.Documents;

/// <summary>One MediaPipeline of a file, its graph, and the lines that its values stood on.</summary>
public sealed class PipelineDocument(string file, MediaPipeline pipeline, IReadOnlyDictionary<string, TextPlace> places)
{
    public string File { get; } = file;

    public MediaPipeline Pipeline { get; } = pipeline;

    public PipelineGraph Graph { get; } = PipelineGraphMapper.Map(pipeline);

    /// <summary>A violation of the graph as an error of this file.</summary>
    public DocumentError At(GraphViolation violation) =>
        DocumentError.At(File, places, violation.Path, $"{violation.Message} ({violation.Reason})");
}
