using K8sMediaFlow.Cli.Run.Processes;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Cli.Run.Preparation;

/// <summary>Local folders that replace volumes: paths below a volume's mount path become paths below its folder.</summary>
internal static class VolumeFolders
{
    /// <summary>Volumes of this kind need no folder from the user: each pod gets an empty one.</summary>
    public const string EmptyDir = "emptyDir";

    /// <summary>Reads <c>name=DIR</c>.</summary>
    /// <exception cref="RunException">Malformed, no volume of the pipeline, or no folder.</exception>
    public static IReadOnlyDictionary<string, string> Parse(IEnumerable<string> sets, PipelineGraph graph)
    {
        var folders = new Dictionary<string, string>();
        foreach (var set in sets)
        {
            var parts = set.Split('=', 2);
            if (parts.Length != 2 || parts[1].Length == 0)
                throw new RunException($"--set {set}: expected VOLUME=DIR");
            if (graph.Volumes.All(volume => volume.Name != parts[0]))
                throw new RunException($"--set {set}: the pipeline has no volume '{parts[0]}' (it has: {Names(graph)})");
            if (!Directory.Exists(parts[1]))
                throw new RunException($"--set {set}: there is no folder '{parts[1]}'");
            folders[parts[0]] = Path.GetFullPath(parts[1]);
        }

        DemandAll(graph, folders);
        return folders;
    }

    /// <summary>The media operator with every path below a mounted volume replaced, in command, arguments and environment.</summary>
    public static MediaOperatorNode Map(MediaOperatorNode node, IReadOnlyDictionary<string, string> folders)
    {
        // Longest first: /media/raw may be another volume than /media.
        var mounts = node.VolumeMounts.Where(mount => folders.ContainsKey(mount.Name)).OrderByDescending(mount => mount.MountPath.Length)
            .Select(mount => (mount.MountPath.TrimEnd('/'), Path.Combine(folders[mount.Name], mount.SubPath))).ToList();
        return node with
        {
            Command = [.. node.Command.Select(text => MapText(text, mounts))],
            Args = [.. node.Args.Select(text => MapText(text, mounts))],
            Environment = [.. node.Environment.Select(variable => variable with { Value = MapText(variable.Value, mounts) })],
        };
    }

    private static void DemandAll(PipelineGraph graph, Dictionary<string, string> folders)
    {
        var given = graph.Volumes.Where(volume => volume.Kind == EmptyDir || folders.ContainsKey(volume.Name)).Select(volume => volume.Name)
            .ToHashSet();
        foreach (var node in graph.Operators)
        {
            if (node.VolumeMounts.FirstOrDefault(mount => !given.Contains(mount.Name)) is { } missing)
                throw new RunException(
                    $"volume '{missing.Name}' (at {missing.MountPath} in {node.Name}) has no folder on this machine: give --set {missing.Name}=DIR");
        }
    }

    private static string MapText(string text, IReadOnlyList<(string MountPath, string Folder)> mounts)
    {
        foreach (var (mountPath, folder) in mounts)
        {
            if (Find(text, mountPath) is not (>= 0 and var at))
                continue;
            return string.Concat(text.AsSpan(0, at), folder, MapText(text[(at + mountPath.Length)..], mounts));
        }

        return text;
    }

    /// <summary>Where the path occurs as a whole: /media in /media/x and --input=/media, not in /mediathek or /old/media.</summary>
    private static int Find(string text, string path)
    {
        for (var at = text.IndexOf(path, StringComparison.Ordinal); at >= 0; at = text.IndexOf(path, at + 1, StringComparison.Ordinal))
        {
            var startsPath = at == 0 || !(char.IsLetterOrDigit(text[at - 1]) || text[at - 1] is '/' or '.' or '_' or '-');
            var end = at + path.Length;
            if (startsPath && (end == text.Length || !(char.IsLetterOrDigit(text[end]) || text[end] is '.' or '_' or '-')))
                return at;
        }

        return -1;
    }

    private static string Names(PipelineGraph graph)
        => graph.Volumes.Count == 0 ? "none" : string.Join(", ", graph.Volumes.Select(volume => volume.Name));
}
