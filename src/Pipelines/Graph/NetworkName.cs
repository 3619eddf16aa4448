namespace K8sMediaFlow.Pipelines.Graph;

/// <summary>A network attachment as the pod's annotation names it: <c>[namespace/]name[@interface]</c>.</summary>
public readonly record struct NetworkName(string? Namespace, string Name, string? Interface)
{
    private const int InterfaceCharsMax = 15;

    public static bool TryParse(string text, out NetworkName network)
    {
        var (path, port) = text.Split('@') switch
        {
            [var all] => (all, (string?)null),
            [var all, var after] => (all, after),
            _ => ("", null)
        };
        network = path.Split('/') switch
        {
            [var name] => new(null, name, port),
            [var space, var name] => new(space, name, port),
            _ => new(null, "", null)
        };
        return Names.IsSubdomain(network.Name) && (network.Namespace is null || Names.IsLabel(network.Namespace))
            && (port is null || IsInterface(port));
    }

    private static bool IsInterface(string name) =>
        name.Length is > 0 and <= InterfaceCharsMax && name is not ("." or "..")
            && name.All(c => c > ' ' && c < 127 && c is not ('/' or ':' or ','));
}
