using System.Text.Json;
using System.Text.Json.Nodes;
using K8sMediaFlow.Kubernetes.Objects;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>The ConfigMap of a unit: what its sidecars need before the first plan. Name and address each pod has from its environment.</summary>
internal static class UnitConfigs
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static ConfigMap Of(RenderInput input, PipelineUnit unit) => new()
    {
        Metadata = ObjectMetas.Of(input, PodPaths.ObjectName(input.Graph.Name, unit.Name), Marks.Of(input.Graph.Name, unit)),
        Data = new Dictionary<string, string> { [PodPaths.ConfigFile] = Options().ToJsonString(Indented) },
    };

    private static JsonObject Options() => new()
    {
        ["controlPort"] = PodPaths.ControlPort,
        ["linkPort"] = PodPaths.LinkPort,
        ["dataPort"] = PodPaths.DataPort,
        ["healthPort"] = PodPaths.HealthPort,
        ["socketPath"] = PodPaths.Socket,
        ["stateDirectory"] = PodPaths.StateDirectory,
        ["certificateFile"] = $"{PodPaths.IdentityDirectory}/{UnitSecrets.Certificate}",
        ["keyFile"] = $"{PodPaths.IdentityDirectory}/{UnitSecrets.Key}",
        ["caFile"] = $"{PodPaths.IdentityDirectory}/{UnitSecrets.Authorities}",
    };
}
