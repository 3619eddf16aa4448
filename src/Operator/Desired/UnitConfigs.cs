using System.Text.Json;
using System.Text.Json.Nodes;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>
/// The ConfigMap of a unit: what its sidecars need before the first plan. Name and address each pod has from its environment.
/// </summary>
internal static class UnitConfigs
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static ConfigMap Of(RenderInput input, PipelineUnit unit) => new()
    {
        Metadata = ObjectMetas.Of(input, PodPaths.ObjectName(input.Graph.Name, unit.Name), WellKnownLabels.Of(input.Graph.Name, unit)),
        Data = new Dictionary<string, string> { [PodPaths.ConfigFile] = Options(input, unit).ToJsonString(Indented) },
    };

    private static JsonObject Options(RenderInput input, PipelineUnit unit) => new()
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
        ["drainSeconds"] = input.Settings.Drains ? DrainSeconds(input.Parts(unit)) : 0,
        // A native sidecar is ended by the kubelet when the media operators have ended; a plain one has to end by itself.
        ["exitWhenFinished"] = input.Graph.Execution == Execution.Batch && !input.Server.NativeSidecar,
    };

    /// <summary>The kubelet's patience less what ending takes after the draining.</summary>
    private static int DrainSeconds(PodParts parts) =>
        (int)Math.Clamp((parts.FirstValue(spec => spec.TerminationGracePeriodSeconds) ?? PodTemplate.GraceSeconds) - 5, 1, 3600);
}
