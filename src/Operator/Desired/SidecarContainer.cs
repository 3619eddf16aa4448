using System.Text.Json;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.Kubernetes.Objects;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>The container with the staging store of a pod. It alone has the identity, the RDMA device and the memory of the regions.</summary>
internal static class SidecarContainer
{
    public static Container Of(PodParts parts, PodSlot slot)
    {
        var (input, spec) = (parts.Input, parts.Input.Pipeline.Spec.Sidecar);
        return new()
        {
            Name = PodPaths.SidecarContainer,
            Image = input.SidecarImage,
            ImagePullPolicy = input.Settings.SidecarImagePullPolicy,
            Env =
            [
                Field("K8SMEDIAFLOW_POD", $"metadata.labels['{Marks.Pod}']"),
                Field("K8SMEDIAFLOW_ADDRESS", "status.podIP"),
                new() { Name = "K8SMEDIAFLOW_LOG_FORMAT", Value = "json" },
                new() { Name = "K8SMEDIAFLOW_LOG_LEVEL", Value = (spec?.LogLevel ?? SidecarLogLevel.Information).ToString() },
            ],
            Ports = [Port("control", PodPaths.ControlPort), Port("link", PodPaths.LinkPort), Port("data", PodPaths.DataPort), Port("health", PodPaths.HealthPort)],
            Resources = Resources(input, spec?.Resources?.ToRequirements(), SidecarMemory.Of(input, slot)),
            VolumeMounts =
            [
                new() { Name = PodPaths.RunVolume, MountPath = PodPaths.RunDirectory },
                new() { Name = PodPaths.StateVolume, MountPath = PodPaths.StateDirectory },
                new() { Name = PodPaths.IdentityVolume, MountPath = PodPaths.IdentityDirectory, ReadOnly = true },
                new() { Name = PodPaths.ConfigVolume, MountPath = PodPaths.ConfigDirectory, ReadOnly = true },
            ],
            // It listens a tenth of a second after its start, and the kubelet may look before: without the delay nearly every start has a Warning about a probe.
            StartupProbe = Probe("/startupz", periodSeconds: 1, failures: 120) with { InitialDelaySeconds = 1 },
            LivenessProbe = Probe("/healthz", periodSeconds: 10, failures: 6),
            ReadinessProbe = Probe("/readyz", periodSeconds: 2, failures: 2),
            SecurityContext = Security(input, spec?.SecurityContext),
            RestartPolicy = input.Server.NativeSidecar ? "Always" : null,
        };
    }

    private static SecurityContext Security(RenderInput input, SecurityContext? asked)
    {
        var restricted = SecurityDefaults.Container(asked, readOnlyRoot: true);
        return input.RequestsRdma && input.Pipeline.Spec.Rdma?.Memlock == MemoryLock.Capability ? SecurityDefaults.WithIpcLock(restricted) : restricted;
    }

    /// <summary>What the user asks for comes on top of what the regions need, never in its place.</summary>
    private static ResourceRequirements Resources(RenderInput input, ResourceRequirements? asked, SidecarMemory memory)
    {
        var (limits, requests) = (Copy(asked?.Limits), Copy(asked?.Requests));
        limits["memory"] = Larger(limits.GetValueOrDefault("memory"), memory.Limit);
        requests["memory"] = Larger(requests.GetValueOrDefault("memory"), memory.Request);
        if (memory.HugePagesResource is { } pages)
            limits[pages] = requests[pages] = Larger(limits.GetValueOrDefault(pages), memory.HugePagesLimit);
        requests.TryAdd("cpu", limits.GetValueOrDefault("cpu") ?? "100m");
        if (input.RequestsRdma && input.Pipeline.Spec.Rdma?.ResourceName is { } resource)
            (limits[resource], requests[resource]) = ("1", "1");
        return new() { Limits = limits, Requests = requests, Claims = input.ClaimsRdma ? [.. asked?.Claims ?? [], new(PodPaths.RdmaClaim)] : asked?.Claims };
    }

    private static string Larger(string? asked, string needed) =>
        asked is not null && Quantity.TryParse(asked, out var bytes) && Quantity.TryParse(needed, out var least) && bytes.Bytes > least.Bytes ? asked : needed;

    private static SortedDictionary<string, string> Copy(IReadOnlyDictionary<string, string>? amounts) => new(amounts?.ToDictionary() ?? [], StringComparer.Ordinal);

    private static Probe Probe(string path, int periodSeconds, int failures) => new()
    {
        HttpGet = new(path, PodPaths.HealthPort),
        PeriodSeconds = periodSeconds,
        TimeoutSeconds = 5,
        FailureThreshold = failures,
    };

    private static ContainerPort Port(string name, int port) => new() { Name = $"kmf-{name}", Port = port, Protocol = "TCP" };

    private static EnvVar Field(string name, string path) => new()
    {
        Name = name,
        ValueFrom = JsonDocument.Parse($"{{\"fieldRef\":{{\"apiVersion\":\"v1\",\"fieldPath\":\"{path}\"}}}}").RootElement,
    };
}
