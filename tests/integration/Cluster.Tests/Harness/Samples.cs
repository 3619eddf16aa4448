using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Cluster.Tests.Harness;

/// <summary>A file of config/samples.</summary>
internal sealed record Sample(string Name, string Text)
{
    public bool IsBatch => Text.Contains("execution: Batch", StringComparison.Ordinal);

    /// <summary>With the image that the nodes have, in a namespace.</summary>
    public string Document(string space) =>
        Text.With("k8smediaflow/media-operators:0.1.0", Documents.Operators)
            .With($"  name: {Name}\n", $"  name: {Name}\n  namespace: {space}\n");
}

internal static class Samples
{
    public static IReadOnlyList<Sample> All { get; } = [.. Directory.GetFiles(Path.Combine(Sources.Root, "config", "samples"), "*.yaml")
        .Order().Select(path => new Sample(Path.GetFileNameWithoutExtension(path), File.ReadAllText(path)))];
}
