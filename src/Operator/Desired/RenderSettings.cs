namespace K8sMediaFlow.Operator.Desired;

/// <summary>What the installation decides about every pipeline.</summary>
/// <param name="SidecarImage">Image of the sidecars of pipelines that start now, or follow the controller.</param>
/// <param name="ControllerNamespace">From where alone the control API may be called.</param>
internal sealed record RenderSettings(string SidecarImage, string ControllerNamespace)
{
    public string? SidecarImagePullPolicy { get; init; }

    /// <summary>Secrets of the pipelines' namespaces, for that image.</summary>
    public IReadOnlyList<string> SidecarImagePullSecrets { get; init; } = [];

    /// <summary>Environment variables of OpenTelemetry.</summary>
    public IReadOnlyDictionary<string, string> SidecarTelemetry { get; init; } = new Dictionary<string, string>();

    /// <summary>False: sidecars end at once (a planted fault).</summary>
    public bool Drains { get; init; } = true;

    /// <summary>Labels of the controller's own pods, for the network policies.</summary>
    public IReadOnlyDictionary<string, string> ControllerLabels { get; init; } =
        new Dictionary<string, string> { ["app.kubernetes.io/name"] = "k8smediaflow", ["app.kubernetes.io/component"] = "controller" };
}
