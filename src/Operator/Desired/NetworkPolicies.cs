using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>Who may open connections to the pods. Ingress only: what media operators call is theirs to say.</summary>
internal static class NetworkPolicies
{
    public static IEnumerable<NetworkPolicy> Of(RenderInput input) =>
        [OfPipeline(input), .. input.Units.Select(unit => OfPorts(input, unit)).OfType<NetworkPolicy>()];

    private static NetworkPolicy OfPipeline(RenderInput input)
    {
        var pods = new Dictionary<string, string> { [WellKnownLabels.Pipeline] = input.Graph.Name };
        return new()
        {
            Metadata = ObjectMetas.Of(input, $"{input.Graph.Name}-kmf", WellKnownLabels.Of(input.Graph.Name)),
            Spec = new()
            {
                PodSelector = new() { MatchLabels = pods },
                PolicyTypes = ["Ingress"],
                Ingress =
                [
                    new()
                    {
                        From = [new() { PodSelector = new() { MatchLabels = pods } }],
                        Ports = [Tcp(PodPaths.LinkPort), Tcp(PodPaths.DataPort)],
                    },
                    new() { From = [Controller(input)], Ports = [Tcp(PodPaths.ControlPort)] },
                    new() { Ports = [Tcp(PodPaths.HealthPort)] },
                ],
            },
        };
    }

    /// <summary>The ports that the unit's media operators declare, from anywhere.</summary>
    private static NetworkPolicy? OfPorts(RenderInput input, PipelineUnit unit)
    {
        var ports = unit.Operators.SelectMany(node => input.Spec(node.Name).Ports)
            .Select(port => new NetworkPort(port.ContainerPort, Services.Protocol(port))).ToList();
        return ports.Count == 0 ? null : new()
        {
            Metadata = ObjectMetas.Of(input, PodPaths.ObjectName(input.Graph.Name, unit.Name), WellKnownLabels.Of(input.Graph.Name, unit)),
            Spec = new()
            {
                PodSelector = new() { MatchLabels = Services.Selector(input, unit) },
                PolicyTypes = ["Ingress"],
                Ingress = [new() { Ports = ports }],
            },
        };
    }

    /// <summary>
    /// Older servers do not label namespaces with their names; there the controller is known by its own labels in any namespace, and by its
    /// certificate.
    /// </summary>
    private static NetworkPeer Controller(RenderInput input) => new()
    {
        NamespaceSelector = input.Server.NamespaceNameLabel
            ? new()
            {
                MatchLabels = new Dictionary<string,
                string>
                { ["kubernetes.io/metadata.name"] = input.Settings.ControllerNamespace },
            }
            : new(),
        PodSelector = new() { MatchLabels = input.Settings.ControllerLabels },
    };

    private static NetworkPort Tcp(int port) => new(port, "TCP");
}
