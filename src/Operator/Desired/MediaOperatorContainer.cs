using System.Globalization;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.Pipelines.Planning;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>The container of one replica of a media operator: the user's, with a socket and a token added.</summary>
internal static class MediaOperatorContainer
{
    public static Container Of(PodParts parts, PodSlot slot, ReplicaPlacement replica)
    {
        var spec = parts.Input.Spec(replica.Operator);
        var name = PodParts.ContainerName(slot, replica);
        return new()
        {
            Name = name,
            Image = spec.Image,
            ImagePullPolicy = spec.ImagePullPolicy?.ToString(),
            Command = NullIfEmpty(spec.Command),
            Args = NullIfEmpty(spec.Args),
            // Ours last: of two variables with one name the later counts.
            Env = [.. spec.Env.Select(Variable), .. Attachment(replica)],
            EnvFrom = CrdResources.Element(spec.EnvFrom),
            Ports = NullIfEmpty([.. spec.Ports.Select(port => new ContainerPort
            {
                Name = port.Name,
                Port = port.ContainerPort,
                Protocol = Services.Protocol(port),
            })]),
            Resources = spec.Resources?.ToRequirements(),
            VolumeMounts = [.. spec.VolumeMounts.Select(Mount), .. Mounts(name)],
            StartupProbe = spec.StartupProbe,
            LivenessProbe = spec.LivenessProbe,
            ReadinessProbe = spec.ReadinessProbe,
            SecurityContext = SecurityDefaults.Container(spec.SecurityContext),
            TerminationMessagePolicy = "FallbackToLogsOnError",
        };
    }

    private static EnvVar[] Attachment(ReplicaPlacement replica) =>
    [
        new() { Name = "K8SMEDIAFLOW_SOCKET", Value = PodPaths.Socket },
        new() { Name = "K8SMEDIAFLOW_TOKEN_FILE", Value = $"{PodPaths.TokenDirectory}/{PodPaths.TokenFile}" },
        new() { Name = "K8SMEDIAFLOW_OPERATOR", Value = replica.Operator },
        new() { Name = "K8SMEDIAFLOW_REPLICA", Value = replica.Replica.ToString(CultureInfo.InvariantCulture) },
    ];

    private static VolumeMount[] Mounts(string container) =>
    [
        new() { Name = PodPaths.RunVolume, MountPath = PodPaths.RunDirectory, ReadOnly = true },
        new() { Name = PodParts.TokenVolume(container), MountPath = PodPaths.TokenDirectory, ReadOnly = true },
    ];

    private static EnvVar Variable(EnvironmentSpec one) => one.ValueFrom is null
        ? new() { Name = one.Name, Value = one.Value }
        : new() { Name = one.Name, ValueFrom = CrdResources.Element(one.ValueFrom) };

    private static VolumeMount Mount(VolumeMountSpec one) => new()
    {
        Name = one.Name,
        MountPath = one.MountPath,
        SubPath = one.SubPath.Length > 0 ? one.SubPath : null,
        ReadOnly = one.ReadOnly ? true : null,
    };

    private static IReadOnlyList<T>? NullIfEmpty<T>(IReadOnlyList<T> list) => list.Count > 0 ? list : null;
}
