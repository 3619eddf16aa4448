using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Pipelines.Validation;

/// <summary>Volumes come from a source that a restricted pod may have, and mounts name volumes that exist.</summary>
internal static class VolumeRules
{
    /// <summary>Nothing of the host: the restricted profile forbids it.</summary>
    internal static readonly string[] Kinds =
        ["configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "persistentVolumeClaim", "projected", "secret"];

    /// <summary>Where sidecar and media operators meet, and where their identities are.</summary>
    private static readonly string[] Own = ["/run/k8smediaflow", "/etc/k8smediaflow", "/opt/k8smediaflow"];

    private static bool IsWithin(string path, string own) => (path.TrimEnd('/') + "/").StartsWith(own + "/", StringComparison.Ordinal);

    internal static IEnumerable<GraphViolation> Check(PipelineGraph graph) =>
        graph.Volumes.SelectMany(OfVolume).Concat(graph.Operators.SelectMany((node, i) => OfOperator(graph, node, i)));

    private static IEnumerable<GraphViolation> OfVolume(GraphVolume volume, int i)
    {
        if (volume.Name.StartsWith("kmf-", StringComparison.Ordinal))
            yield return new($"spec.volumes[{i}].name", GraphReason.Reserved,
                $"volume '{volume.Name}': names that begin with kmf- are the controller's");
        if (!Kinds.Contains(volume.Kind))
            yield return new($"spec.volumes[{i}]", GraphReason.BadVolume, volume.Kind.Length == 0
                ? $"volume '{volume.Name}' needs exactly one source: {string.Join(", ", Kinds)}"
                : $"volume '{volume.Name}' has source '{volume.Kind}'; allowed are {string.Join(", ", Kinds)}");
    }

    private static IEnumerable<GraphViolation> OfOperator(PipelineGraph graph, MediaOperatorNode node, int i)
    {
        for (var j = 0; j < node.VolumeMounts.Count; j++)
        {
            var (mount, at) = (node.VolumeMounts[j], $"spec.operators[{i}].volumeMounts[{j}]");
            if (graph.Volumes.All(volume => volume.Name != mount.Name))
                yield return new($"{at}.name", GraphReason.UnknownVolume,
                    $"operator '{node.Name}' mounts volume '{mount.Name}', which is not declared{NameSuggestion.Hint(mount.Name, graph.Volumes.Select(volume => volume.Name))}");
            if (Own.FirstOrDefault(own => IsWithin(mount.MountPath, own)) is { } taken)
                yield return new($"{at}.mountPath", GraphReason.Reserved,
                    $"operator '{node.Name}' mounts '{mount.Name}' at '{mount.MountPath}', but {taken} is the controller's in every container");
            if (!mount.MountPath.StartsWith('/') || mount.MountPath.Split('/').Contains(".."))
                yield return new($"{at}.mountPath", GraphReason.BadVolume,
                    $"operator '{node.Name}' mounts '{mount.Name}' at '{mount.MountPath}', which is no absolute path");
            if (node.VolumeMounts.Take(j).Any(other => other.MountPath == mount.MountPath))
                yield return new($"{at}.mountPath", GraphReason.BadVolume,
                    $"operator '{node.Name}' mounts two volumes at '{mount.MountPath}'");
        }
    }
}
