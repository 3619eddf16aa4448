using K8sMediaFlow.Cli.Run.Processes;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Cli.Run.Preparation;

/// <summary>Which local program replaces the sidecar's image and a media operator's image.</summary>
internal static class LocalPrograms
{
    public const string SidecarVariable = "K8SMEDIAFLOW_SIDECAR";
    public const string MediaOperatorVariable = "K8SMEDIAFLOW_MEDIA_OPERATOR";
    private const string BuiltInImage = "k8smediaflow/media-operators";

    public static string Sidecar() => Find("k8smediaflow-sidecar", SidecarVariable);

    /// <summary>The program and its first arguments. A command wins over the image, as in a container.</summary>
    /// <exception cref="RunException">The image is not ours and the media operator has no command.</exception>
    public static IReadOnlyList<string> For(MediaOperatorNode node)
    {
        if (node.Command.Count > 0)
            return node.Command;
        if (IsBuiltIn(node.Image))
            return [Find("media-operator", MediaOperatorVariable)];
        throw new RunException(
            $"media operator '{node.Name}': images are not run here, and '{node.Image}' is not {BuiltInImage}; " +
            "give it a 'command' that is a program of this machine");
    }

    private static bool IsBuiltIn(string image)
    {
        // A registry may come before the name, a tag or digest after it.
        var name = image.Split('@')[0];
        var tag = name.LastIndexOf(':');
        if (tag > name.LastIndexOf('/'))
            name = name[..tag];
        return name == BuiltInImage || name.EndsWith("/" + BuiltInImage, StringComparison.Ordinal);
    }

    private static string Find(string program, string variable)
    {
        var given = Environment.GetEnvironmentVariable(variable);
        var path = string.IsNullOrEmpty(given) ? Path.Combine(AppContext.BaseDirectory, program) : Path.GetFullPath(given);
        return File.Exists(path) ? path : throw new RunException($"{program} is not at {path}: set {variable} to its path");
    }
}
