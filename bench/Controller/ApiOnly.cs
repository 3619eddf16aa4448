using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace K8sMediaFlow.Bench.Controller;

/// <summary>
/// etcd and kube-apiserver alone, from tests/support/cluster, with our definitions. Goes down with this object or this process.
/// </summary>
internal sealed class ApiOnly : IDisposable
{
    /// <summary>Kubernetes is built where it is not there.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(30);

    private readonly string _state = Path.Combine("/tmp", $"mf-bench-{Guid.NewGuid():N}"[..20]);

    public string Kubeconfig => Path.Combine(_state, "kubeconfig");

    public static string Definitions => Path.Combine(Checkout.Root, "config", "crd");

    public void Start()
    {
        Script("build.sh");
        Script("up.sh", "--only-api", "--audit", "--port", "0", "--state", _state, "--owner",
            Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        Run(Path.Combine(Script("build.sh", "--where").Trim(), "bin/kubectl"), "--kubeconfig", Kubeconfig, "apply", "-f", Definitions);
    }

    /// <summary>Requests that wrote, by the server's own audit log: those of one client in one namespace, leases apart.</summary>
    public int Writes(string client, string @namespace) =>
        File.ReadLines(Path.Combine(_state, "log", "audit.log")).Select(line => JsonNode.Parse(line)!).Count(line =>
            (string?)line["objectRef"]?["namespace"] == @namespace && (string?)line["objectRef"]!["resource"] != "leases" &&
            ((string?)line["userAgent"] ?? "").StartsWith(client, StringComparison.Ordinal));

    public void Dispose() => Script("down.sh", "--state", _state);

    private static string Script(string name, params string[] arguments) =>
        Run("bash", [Path.Combine(Checkout.Root, "tests", "support", "cluster", name), .. arguments]);

    private static string Run(string program, params string[] arguments)
    {
        // Into a file: what a script leaves running would hold a pipe open.
        var log = Path.GetTempFileName();
        try
        {
            using var process = Process.Start(new ProcessStartInfo("bash",
                ["-c", "exec \"${@:2}\" >\"$1\" 2>&1 </dev/null", "run", log, program, .. arguments]))!;
            var code = ProcessEnd.Await(process, $"{program} {string.Join(' ', arguments)}", s_patience);
            var output = File.ReadAllText(log);
            return code == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {output}");
        }
        finally
        {
            File.Delete(log);
        }
    }
}
