using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Objects;
using Service = K8sMediaFlow.KubernetesRuntime.Objects.Service;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>A Service for each media operator that asks for one: an ingest, most often.</summary>
internal static class Services
{
    public static IEnumerable<Service> Of(RenderInput input) =>
        from unit in input.Units
        from node in unit.Operators
        let spec = input.Spec(node.Name)
        where spec.Service is not null && spec.Ports.Count > 0
        select Of(input, unit, spec);

    private static Service Of(RenderInput input, PipelineUnit unit, OperatorSpec spec) => new()
    {
        Metadata = ObjectMetas.Of(input, PodPaths.OperatorName(input.Graph.Name, spec.Name), WellKnownLabels.Of(input.Graph.Name, unit),
            spec.Service!.Annotations),
        Spec = new()
        {
            Type = spec.Service.Type.ToString(),
            Selector = Selector(input, unit),
            Ports = [.. spec.Ports.Select(port => new ServicePort
            {
                Name = port.Name,
                Port = port.ContainerPort,
                TargetPort = port.ContainerPort,
                Protocol = Protocol(port),
            })],
        },
    };

    public static Dictionary<string, string> Selector(RenderInput input, PipelineUnit unit) =>
        new() { [WellKnownLabels.Pipeline] = input.Graph.Name, [WellKnownLabels.Unit] = unit.Name };

    public static string Protocol(PortSpec port) => port.Protocol == PortProtocol.Udp ? "UDP" : "TCP";
}
