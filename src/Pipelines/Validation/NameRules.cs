using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Pipelines.Validation;

/// <summary>Names are DNS labels, unique among their kind, and short enough for the names of the pods made from them.</summary>
internal static class NameRules
{
    /// <summary>Of the 63 characters of a pod's host name, "-ordinal-incarnation" needs the rest.</summary>
    internal const int PodStemCharsMax = 50;

    internal static IEnumerable<GraphViolation> Check(PipelineGraph graph)
    {
        var list = new List<GraphViolation>();
        Label(list, "metadata.name", "pipeline", graph.Name);
        Label(list, "metadata.namespace", "namespace", graph.Namespace);
        if (graph.Operators.Count == 0)
            list.Add(new("spec.operators", GraphReason.Empty, $"pipeline '{graph.Name}' has no operators"));
        Unique(list, "spec.operators", "operator", [.. graph.Operators.Select(node => node.Name)]);
        Unique(list, "spec.groups", "group", [.. graph.Groups.Select(group => group.Name)]);
        Unique(list, "spec.volumes", "volume", [.. graph.Volumes.Select(volume => volume.Name)]);
        for (var i = 0; i < graph.Operators.Count; i++)
            Ports(list, $"spec.operators[{i}]", graph.Operators[i]);
        list.AddRange(graph.Operators.SelectMany((node, i) => Stem($"spec.operators[{i}].name", graph.Name, node.Name)));
        list.AddRange(graph.Groups.SelectMany((group, i) => Stem($"spec.groups[{i}].name", graph.Name, group.Name)));
        return list;
    }

    private static void Ports(List<GraphViolation> list, string at, MediaOperatorNode node)
    {
        if (node.Inputs.Count + node.Outputs.Count == 0)
            list.Add(new(at, GraphReason.NoPorts, $"operator '{node.Name}' has neither inputs nor outputs"));
        Unique(list, $"{at}.inputs", $"input of operator '{node.Name}'", [.. node.Inputs.Select(port => port.Name)]);
        Unique(list, $"{at}.outputs", $"output of operator '{node.Name}'", [.. node.Outputs.Select(port => port.Name)]);
    }

    private static void Unique(List<GraphViolation> list, string at, string kind, string[] names)
    {
        for (var i = 0; i < names.Length; i++)
        {
            Label(list, $"{at}[{i}].name", kind, names[i]);
            if (Array.IndexOf(names, names[i]) is var first && first < i)
                list.Add(new($"{at}[{i}].name", GraphReason.DuplicateName, $"{kind} '{names[i]}' is there already, at {at}[{first}]"));
        }
    }

    private static void Label(List<GraphViolation> list, string path, string kind, string name)
    {
        if (!Names.IsLabel(name))
            list.Add(new(path, GraphReason.BadName,
                $"{kind} '{name}' is no name: lower-case letters, digits and '-' are allowed, at most 63, not '-' at an end"));
    }

    private static IEnumerable<GraphViolation> Stem(string path, string pipeline, string name)
    {
        if (pipeline.Length + 1 + name.Length > PodStemCharsMax && Names.IsLabel(name))
            yield return new(path, GraphReason.NameTooLong,
                $"'{pipeline}-{name}' has {pipeline.Length + 1 + name.Length} characters; pods named after it leave room for {PodStemCharsMax}");
    }
}
