using System.Text.RegularExpressions;
using K8sMediaFlow.Cli.Run.Processes;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Cli.Run.Preparation;

/// <summary>
/// Variables as a cluster would set them: what it takes from its own objects comes from this command's environment, and $(NAME) in
/// arguments is replaced.
/// </summary>
internal static partial class LocalEnvironment
{
    /// <exception cref="RunException">A variable has no value on this machine.</exception>
    public static MediaOperatorNode Resolve(MediaOperatorNode node)
    {
        if (node.Container.EnvironmentSources.Count > 0)
            throw new RunException(
                $"operator '{node.Name}' takes variables from ConfigMaps or Secrets (envFrom), which this machine does not have: name them in env");
        List<EnvironmentVariable> variables = [];
        foreach (var variable in node.Environment)
            variables.Add(variable with
            {
                Value = variable.Sources is null ? Expand(variable.Value, variables) : FromHere(node, variable),
                Sources = null,
            });
        return node with
        {
            Environment = variables,
            Command = [.. node.Command.Select(text => Expand(text, variables))],
            Args = [.. node.Args.Select(text => Expand(text, variables))],
        };
    }

    private static string FromHere(MediaOperatorNode node, EnvironmentVariable variable) =>
        Environment.GetEnvironmentVariable(variable.Name)
        ?? throw new RunException(
            $"environment variable '{variable.Name}' of operator '{node.Name}' comes from the cluster ({string.Join(", ", variable.Sources!)}): set it for this command");

    /// <summary>As Kubernetes does it: a name that is not known stays as it is, and $$ stands for a dollar.</summary>
    private static string Expand(string text, IReadOnlyList<EnvironmentVariable> known) => Reference().Replace(text, match =>
        match.Value == "$$" ? "$" : known.LastOrDefault(one => one.Name == match.Groups[1].Value)?.Value ?? match.Value);

    [GeneratedRegex(@"\$\$|\$\(([^)]+)\)")]
    private static partial Regex Reference();
}
