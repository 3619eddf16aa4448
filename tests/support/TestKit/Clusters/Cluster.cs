namespace K8sMediaFlow.TestKit.Clusters;

/// <summary>
/// A real Kubernetes of one's own, from tests/support/cluster: by default etcd and API server alone (5 s, no root), else with what
/// <c>up.sh</c> is asked for. Goes down with this object, or with this process however that ends.
/// </summary>
public sealed class Cluster : IDisposable
{
    private Cluster(string folder) => Folder = folder;

    /// <summary>State, logs (log/*.log) and process ids (pids/*) of this cluster.</summary>
    public string Folder { get; }

    /// <summary>The cluster administrator's.</summary>
    public string Kubeconfig => Path.Combine(Folder, "kubeconfig");

    public static Cluster Start(params string[] arguments)
    {
        // Not in the temporary folder of whoever runs this: containerd stacks overlays here, and a socket's path is short.
        var folder = Path.Combine("/tmp", $"mf-cluster-{Guid.NewGuid():N}"[..23]);
        var asked = arguments.Length > 0 ? arguments : ["--only-api"];
        var (code, output) = KubernetesBuild.Script("up.sh", TimeSpan.FromMinutes(15),
            [.. asked, "--port", "0", "--state", folder, "--owner",
                Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
        return code == 0 ? new(folder) : throw new InvalidOperationException($"no cluster (logs: {folder}/log): {output}");
    }

    /// <summary>One that somebody else has started and will take down.</summary>
    public static Cluster At(string folder) => new(folder);

    /// <summary>SIGKILL; returns once it has ended.</summary>
    public void Kill(string process) => Process("kill", process);

    /// <summary>Starts again what was killed, as it was.</summary>
    public void Restart(string process) => Process("start", process);

    /// <summary>SIGSTOP.</summary>
    public void Freeze(string process) => Process("stop", process);

    /// <summary>SIGCONT.</summary>
    public void Thaw(string process) => Process("continue", process);

    /// <summary>Every write since the start, by whomever; only of a cluster started with --audit.</summary>
    public IReadOnlyList<AuditedWrite> Writes() => [.. AuditedWrite.Read(Path.Combine(Folder, "log", "audit.log"))];

    public int ProcessId(string process) =>
        int.Parse(File.ReadAllText(Path.Combine(Folder, "pids", process)).Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);

    public void Dispose() => KubernetesBuild.Script("down.sh", Hang.Bound, "--state", Folder);

    private void Process(string verb, string process)
    {
        var (code, output) = KubernetesBuild.Script("process.sh", Hang.Bound, Folder, verb, process);
        if (code != 0)
            throw new InvalidOperationException(output);
    }
}
