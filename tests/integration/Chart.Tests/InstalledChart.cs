using System.Text;
using K8sMediaFlow.TestKit;
using K8sMediaFlow.TestKit.Clusters;

namespace K8sMediaFlow.Chart.Tests;

/// <summary>
/// The chart, installed by helm on a real API server with nothing behind it: what is stored and allowed can be seen, no pod runs.
/// </summary>
public sealed class InstalledChart : IAsyncLifetime
{
    private Cluster? _cluster;

    public Task InitializeAsync() => KubernetesBuild.IsPresent && Downloads.Find("helm") is not null ? Task.Run(Start) : Task.CompletedTask;

    public Task DisposeAsync()
    {
        _cluster?.Dispose();
        return Task.CompletedTask;
    }

    internal string Kubectl(params string[] arguments) => Run(KubernetesBuild.Cached("bin/kubectl"), arguments);

    /// <summary>Writes a document and returns what the server says to it.</summary>
    internal string Apply(string document)
    {
        try
        {
            return Run(KubernetesBuild.Cached("bin/kubectl"), ["apply", "--validate=false", "-f", "-"], document);
        }
        catch (InvalidOperationException refused)
        {
            return refused.Message;
        }
    }

    internal string Install(string command, params string[] values) => Run(Downloads.Get("helm"),
        [command, Helm.Release, Helm.Chart, "-n", Helm.Namespace, "--create-namespace", .. values.SelectMany(value => new[]
        {
            "--set-json", value,
        })]);

    internal string Uninstall() => Run(Downloads.Get("helm"), ["uninstall", Helm.Release, "-n", Helm.Namespace]);

    /// <summary>Whether the controller may do this.</summary>
    internal bool MayController(params string[] action)
    {
        try
        {
            return Kubectl(["auth", "can-i", .. action, "--as", $"system:serviceaccount:{Helm.Namespace}:{Helm.Release}"]).Trim() == "yes";
        }
        catch (InvalidOperationException)
        {
            // kubectl says no by its exit code as well.
            return false;
        }
    }

    private void Start()
    {
        _cluster = Cluster.Start();
        Install("install", "allNamespaces=true", """webhook={"enabled": true, "failurePolicy": "Ignore"}""");
        Kubectl("wait", "--for=condition=Established", "--timeout=30s", "crd/mediapipelines.k8smediaflow.io",
            "crd/mediaoperators.k8smediaflow.io");
    }

    private string Run(string program, string[] arguments, string? input = null) => Encoding.UTF8.GetString(
        Tool.Run(program, ["--kubeconfig", _cluster!.Kubeconfig, .. arguments], input is null ? null : Encoding.UTF8.GetBytes(input)));
}
