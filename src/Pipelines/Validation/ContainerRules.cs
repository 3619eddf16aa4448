using K8sMediaFlow.Pipelines.Graph;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Pipelines.Validation;

/// <summary>What a container may ask for by itself: ports, environment, claims, and nothing that is ours.</summary>
internal static class ContainerRules
{
    private const int PortNameCharsMax = 15, GraceSecondsMax = 24 * 3600;

    /// <summary>Control, links, data, and health with metrics: the sidecar listens there in every pod.</summary>
    internal const int SidecarPortFirst = 7400, SidecarPortLast = 7403;

    private const string OwnPrefix = "K8SMEDIAFLOW_", OwnDomain = "k8smediaflow.io", ManagedBy = "app.kubernetes.io/managed-by";

    internal static IEnumerable<GraphViolation> Check(PipelineGraph graph) =>
        graph.Operators.SelectMany((node, i) => OfOperator(node, $"spec.operators[{i}]"));

    private static IEnumerable<GraphViolation> OfOperator(MediaOperatorNode node, string at) =>
    [
        .. node.Container.Ports.SelectMany((port, j) => OfPort(node, port, j, $"{at}.ports[{j}]")),
        .. OfService(node, $"{at}.service"),
        .. node.Environment.SelectMany((variable, j) => OfVariable(node, variable, j, $"{at}.env[{j}]")),
        .. node.Container.EnvironmentSources.SelectMany((sources, j) => OfSources(node, sources, $"{at}.envFrom[{j}]")),
        .. node.Container.Claims.SelectMany((claim, j) => OfClaim(node, claim, j, $"{at}.resourceClaims[{j}]")),
        .. OfClaimNames(node, $"{at}.resources.claims"),
        .. OfMetadata(node, at),
        .. OfGrace(node, $"{at}.terminationGracePeriodSeconds"),
    ];

    private static IEnumerable<GraphViolation> OfPort(MediaOperatorNode node, ContainerPort port, int j, string at)
    {
        if (!Names.IsLabel(port.Name) || port.Name.Length > PortNameCharsMax || !port.Name.Any(char.IsAsciiLetter))
            yield return new($"{at}.name", GraphReason.BadPort,
                $"port '{port.Name}' of operator '{node.Name}' is no name of a port: lower-case letters, digits and '-' with at least one letter, at most {PortNameCharsMax}");
        if (node.Container.Ports.Take(j).Any(other => other.Name == port.Name))
            yield return new($"{at}.name", GraphReason.DuplicateName, $"port '{port.Name}' of operator '{node.Name}' is there already");
        if (port.Number is < 1 or > 65535)
            yield return new($"{at}.containerPort", GraphReason.BadPort,
                $"port '{port.Name}' of operator '{node.Name}' is {port.Number}; it must be between 1 and 65535");
        if (port is { Protocol: "TCP", Number: >= SidecarPortFirst and <= SidecarPortLast })
            yield return new($"{at}.containerPort", GraphReason.BadPort,
                $"port {port.Number} of operator '{node.Name}' is the sidecar's: {SidecarPortFirst} to {SidecarPortLast} are taken in every pod");
        if (node.Container.Ports.Take(j).Any(other => (other.Number, other.Protocol) == (port.Number, port.Protocol)))
            yield return new($"{at}.containerPort", GraphReason.BadPort,
                $"operator '{node.Name}' has two ports {port.Number}/{port.Protocol}");
    }

    private static IEnumerable<GraphViolation> OfService(MediaOperatorNode node, string at)
    {
        if (node.Container is { HasService: true, Ports.Count: 0 })
            yield return new(at, GraphReason.Contradiction, $"operator '{node.Name}' has a service, but no ports that it could lead to");
    }

    private static IEnumerable<GraphViolation> OfVariable(MediaOperatorNode node, EnvironmentVariable variable, int j, string at)
    {
        if (variable.Name.StartsWith(OwnPrefix, StringComparison.Ordinal))
            yield return new($"{at}.name", GraphReason.Reserved,
                $"operator '{node.Name}' sets '{variable.Name}': variables that begin with {OwnPrefix} are set by the controller");
        if (variable.Name.Length == 0 || variable.Name.Contains('='))
            yield return new($"{at}.name", GraphReason.BadEnvironment,
                $"operator '{node.Name}' has an environment variable named '{variable.Name}', which is no name");
        if (node.Environment.Take(j).Any(other => other.Name == variable.Name))
            yield return new($"{at}.name", GraphReason.DuplicateName,
                $"environment variable '{variable.Name}' of operator '{node.Name}' is there already");
        if (variable.Sources is not { } sources)
            yield break;
        if (variable.Value.Length > 0)
            yield return new(at, GraphReason.BadEnvironment,
                $"environment variable '{variable.Name}' of operator '{node.Name}' has both value and valueFrom");
        if (sources.Count != 1)
            yield return new($"{at}.valueFrom", GraphReason.BadEnvironment,
                $"environment variable '{variable.Name}' of operator '{node.Name}' needs exactly one "
                + $"of fieldRef, resourceFieldRef, configMapKeyRef and secretKeyRef{Has(sources)}");
    }

    private static IEnumerable<GraphViolation> OfSources(MediaOperatorNode node, IReadOnlyList<string> sources, string at)
    {
        if (sources.Count != 1)
            yield return new(at, GraphReason.BadEnvironment,
                $"an entry of envFrom of operator '{node.Name}' needs exactly one of configMapRef and secretRef{Has(sources)}");
    }

    private static IEnumerable<GraphViolation> OfClaim(MediaOperatorNode node, ResourceClaim claim, int j, string at)
    {
        if (!Names.IsLabel(claim.Name))
            yield return new($"{at}.name", GraphReason.BadName,
                $"resource claim '{claim.Name}' is no name: lower-case letters, digits and '-' are allowed, at most 63, not '-' at an end");
        if (claim.Name.StartsWith("kmf-", StringComparison.Ordinal))
            yield return new($"{at}.name", GraphReason.Reserved,
                $"resource claim '{claim.Name}' of operator '{node.Name}': names that begin with kmf- are the controller's");
        if (node.Container.Claims.Take(j).Any(other => other.Name == claim.Name))
            yield return new($"{at}.name", GraphReason.DuplicateName,
                $"resource claim '{claim.Name}' of operator '{node.Name}' is there already");
        if (claim.Sources.Count != 1)
            yield return new(at, GraphReason.BadResource,
                $"resource claim '{claim.Name}' of operator '{node.Name}' needs exactly one of resourceClaimName and resourceClaimTemplateName{Has(claim.Sources)}");
    }

    private static IEnumerable<GraphViolation> OfClaimNames(MediaOperatorNode node, string at)
    {
        var declared = node.Container.Claims.Select(claim => claim.Name).ToList();
        for (var j = 0; j < node.Container.ClaimNames.Count; j++)
            if (node.Container.ClaimNames[j] is var name && !declared.Contains(name))
                yield return new($"{at}[{j}].name", GraphReason.BadResource,
                    $"the container of operator '{node.Name}' uses resource claim '{name}', which resourceClaims does not declare{NameSuggestion.Hint(name, declared)}");
    }

    private static IEnumerable<GraphViolation> OfMetadata(MediaOperatorNode node, string at) =>
        from key in node.Container.MetadataKeys
        let domain = key.Key.Split('/')[0]
        where key.Key == ManagedBy
            || (key.Key.Contains('/') && (domain == OwnDomain || domain.EndsWith("." + OwnDomain, StringComparison.Ordinal)))
        select new GraphViolation($"{at}.{key.Field}", GraphReason.Reserved,
            $"operator '{node.Name}' sets '{key.Key}' on its pods, which is the controller's");

    private static IEnumerable<GraphViolation> OfGrace(MediaOperatorNode node, string at)
    {
        if (node.Container.TerminationGracePeriodSeconds is < 0 or > GraceSecondsMax)
            yield return new(at, GraphReason.OutOfBounds,
                $"terminationGracePeriodSeconds of operator '{node.Name}' is {node.Container.TerminationGracePeriodSeconds}; it must be between 0 and {GraceSecondsMax}");
    }

    private static string Has(IReadOnlyList<string> sources) => sources.Count == 0 ? "" : $"; it has {string.Join(" and ", sources)}";
}
