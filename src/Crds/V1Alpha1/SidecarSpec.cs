using K8sMediaFlow.Crds.Schema;
using K8sMediaFlow.KubernetesRuntime.Objects;

namespace K8sMediaFlow.Crds.V1Alpha1;

/// <summary>The sidecar of every pod of the pipeline: its staging store.</summary>
public sealed record SidecarSpec
{
    /// <summary>CPU and memory of the container. The memory limit is raised by what the regions need.</summary>
    public ResourceSpec? Resources { get; set; }

    /// <summary>What the container may do. What is left out is as the restricted profile has it.</summary>
    public SecurityContext? SecurityContext { get; set; }

    /// <summary>
    /// Secrets of the namespace with which the node pulls the sidecar's image, beside those of the installation and of the media operators
    /// in the pod.
    /// </summary>
    [ListKeys("name"), MaxItems(64)]
    public IReadOnlyList<LocalReference> ImagePullSecrets { get; set; } = [];

    /// <summary>The least severe messages that are logged.</summary>
    public SidecarLogLevel LogLevel { get; set; } = SidecarLogLevel.Information;

    /// <summary>OnDemand keeps the image that the pipeline started with; Automatic follows the controller's, pod by pod.</summary>
    public SidecarUpdatePolicy UpdatePolicy { get; set; } = SidecarUpdatePolicy.OnDemand;
}

/// <summary>Severities of log messages.</summary>
public enum SidecarLogLevel { Debug, Information, Warning, Error }

/// <summary>When running pipelines get another sidecar image.</summary>
public enum SidecarUpdatePolicy { OnDemand, Automatic }
