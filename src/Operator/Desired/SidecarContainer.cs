using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using K8sMediaFlow.Crds.V1Alpha1;
using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.Operator.Desired;

/// <summary>
/// The container with the staging store of a pod. It alone has the identity, the RDMA device and the memory of the regions.
/// </summary>
internal static class SidecarContainer
{
    private const string Options = $"{PodPaths.ConfigDirectory}/{PodPaths.ConfigFile}";

    // Hooks of all containers run at the beginning of a pod's end; a native sidecar's SIGTERM comes when the media operators have ended,
    // which wait for its word.
    private static readonly JsonElement DrainFirst = DesiredJson.Element(new JsonObject
    {
        ["preStop"] = new JsonObject
        {
            ["exec"] = new JsonObject { ["command"] = new JsonArray(PodPaths.SidecarProgram, "drain", Options) },
        },
    });

    /// <summary>How long one try of the startup probe waits.</summary>
    private const int StartsWithinSeconds = 40;

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
                Field("K8SMEDIAFLOW_POD", $"metadata.labels['{WellKnownLabels.Pod}']"),
                Field("K8SMEDIAFLOW_ADDRESS", "status.podIP"),
                new() { Name = "K8SMEDIAFLOW_LOG_FORMAT", Value = "json" },
                new() { Name = "K8SMEDIAFLOW_LOG_LEVEL", Value = (spec?.LogLevel ?? SidecarLogLevel.Information).ToString() },
                .. input.Settings.SidecarTelemetry.OrderBy(one => one.Key, StringComparer.Ordinal).Select(one => new EnvVar
                {
                    Name = one.Key,
                    Value = one.Value,
                }),
            ],
            Ports = [Port("control", PodPaths.ControlPort), Port("link", PodPaths.LinkPort), Port("data", PodPaths.DataPort),
                Port("health", PodPaths.HealthPort)],
            Resources = Resources(input, spec?.Resources?.ToRequirements(), SidecarMemory.Of(input, slot)),
            VolumeMounts =
            [
                new() { Name = PodPaths.RunVolume, MountPath = PodPaths.RunDirectory },
                new() { Name = PodPaths.StateVolume, MountPath = PodPaths.StateDirectory },
                new() { Name = PodPaths.IdentityVolume, MountPath = PodPaths.IdentityDirectory, ReadOnly = true },
                new() { Name = PodPaths.ConfigVolume, MountPath = PodPaths.ConfigDirectory, ReadOnly = true },
            ],
            StartupProbe = StartupProbe(input),
            LivenessProbe = Probe("/healthz", periodSeconds: 10, failures: 6),
            ReadinessProbe = Probe("/readyz", periodSeconds: 1, failures: 4),
            Lifecycle = input.Server.NativeSidecar ? DrainFirst : null,
            SecurityContext = Security(input, spec?.SecurityContext),
            RestartPolicy = input.Server.NativeSidecar ? "Always" : null,
        };
    }

    private static SecurityContext Security(RenderInput input, SecurityContext? asked)
    {
        var restricted = SecurityDefaults.Container(asked, readOnlyRoot: true);
        return input.RequestsRdma && input.Pipeline.Spec.Rdma?.Memlock == MemoryLock.Capability
            ? SecurityDefaults.WithIpcLock(restricted)
            : restricted;
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
        return new()
        {
            Limits = limits,
            Requests = requests,
            Claims = input.ClaimsRdma ? [.. asked?.Claims ?? [], new(PodPaths.RdmaClaim)] : asked?.Claims,
        };
    }

    private static string Larger(string? asked, string needed) =>
        asked is not null && Quantity.TryParse(asked, out var bytes) && Quantity.TryParse(needed, out var least)
            && bytes.Bytes > least.Bytes ? asked : needed;

    private static SortedDictionary<string, string> Copy(IReadOnlyDictionary<string, string>? amounts) =>
        new(amounts?.ToDictionary() ?? [], StringComparer.Ordinal);

    // A kubelet that finds no listener writes a Warning, and on a node with much to do a start takes as long as it takes. So the probe
    // waits within one try. An image from before knows no such command: a pipeline that keeps it is asked as before.
    private static Probe StartupProbe(RenderInput input) => input.SidecarImage != input.Settings.SidecarImage
        ? Probe("/startupz", periodSeconds: 1, failures: 120) with { InitialDelaySeconds = 1 }
        : new()
        {
            Exec = new([PodPaths.SidecarProgram, "await", Options, StartsWithinSeconds.ToString(CultureInfo.InvariantCulture)]),
            PeriodSeconds = 1,
            // The command too has to start.
            TimeoutSeconds = StartsWithinSeconds + 20,
            FailureThreshold = 3,
        };

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
