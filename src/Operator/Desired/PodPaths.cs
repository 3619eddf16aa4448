namespace K8sMediaFlow.Operator.Desired;

/// <summary>Paths inside a pod, and the ports of its sidecar. Fixed: every pod has an address of its own.</summary>
internal static class PodPaths
{
    public const int ControlPort = 7400, LinkPort = 7401, DataPort = 7402, HealthPort = 7403;

    public const string RdmaClaim = "kmf-rdma";
    public const string RunVolume = "kmf-run", RunDirectory = "/run/k8smediaflow";
    public const string StateVolume = "kmf-state", StateDirectory = "/var/lib/k8smediaflow";
    public const string IdentityVolume = "kmf-identity", IdentityDirectory = "/etc/k8smediaflow/identity";
    public const string ConfigVolume = "kmf-config", ConfigDirectory = "/etc/k8smediaflow/config", ConfigFile = "sidecar.json";
    public const string TokenDirectory = "/etc/k8smediaflow/token", TokenFile = "token";
    public const string Socket = RunDirectory + "/sidecar.sock";

    public const string SidecarContainer = "sidecar", SidecarProgram = "/opt/k8smediaflow/k8smediaflow-sidecar";

    /// <summary>Volumes of ours begin so; a user's may not.</summary>
    public const string ReservedVolumes = "kmf-";

    public static string ObjectName(string pipeline, string unit) => $"{pipeline}-{unit}-kmf";

    public static string OperatorName(string pipeline, string name) => $"{pipeline}-{name}";

    public static string TokenKey(string name, int replica) => FormattableString.Invariant($"token-{name}-{replica}");
}
