using System.Globalization;
using K8sMediaFlow.TestKit;
using K8sMediaFlow.TestKit.Clusters;

namespace K8sMediaFlow.Cluster.Tests.Harness;

[CollectionDefinition(nameof(TwoNodes))]
public sealed class TwoNodesCollection : ICollectionFixture<TwoNodes>;

/// <summary>
/// One real Kubernetes with two nodes for all cases, with our images on them and the controller installed by the chart. Goes down with this process, however
/// that ends.
/// </summary>
public sealed class TwoNodes : IDisposable
{
    private TestKit.Clusters.Cluster? _cluster;

    public TwoNodes()
    {
        if (!KubernetesBuild.IsPresent || !ImageArchives.ArePresent || !Environment.IsPrivilegedProcess)
            return;
        // One that stands already, for writing cases: starting one takes a minute.
        _cluster = Environment.GetEnvironmentVariable("K8SMEDIAFLOW_CLUSTER") is { Length: > 0 } folder ? TestKit.Clusters.Cluster.At(folder)
            : TestKit.Clusters.Cluster.Start(["--nodes", "2", "--proxy", "--audit", .. ImageArchives.Paths.SelectMany(archive => new[] { "--image", archive })]);
        RecordsFolder = Directory.CreateDirectory(Path.Combine(Cluster.Folder, "records")).FullName;
        Kubectl = new Kubectl(Cluster.Kubeconfig);
        Helm = new Helm(Cluster.Kubeconfig);
        Helm.Install();
    }

    public TestKit.Clusters.Cluster Cluster => _cluster ?? throw new InvalidOperationException("no cluster: it needs root and tests/cluster/build.sh");

    public string RecordsFolder { get; } = "";

    internal Kubectl Kubectl { get; } = null!;

    internal Helm Helm { get; } = null!;

    /// <summary>Cuts or heals the link of a node to everything else.</summary>
    public void Link(int node, bool isUp) => Ip(0, "link", "set", string.Create(CultureInfo.InvariantCulture, $"v{node}"), isUp ? "up" : "down");

    /// <summary>Cuts or heals the way from the pods of the first node to those of the second, and nothing else: all controllers and kubelets go on.</summary>
    public void PodLink(bool isUp) => Ip(1, ["route", "replace", .. isUp ? (string[])["10.244.2.0/24", "via", "10.250.0.12"] : ["blackhole", "10.244.2.0/24"]]);

    /// <param name="network">0: the control plane's, else the node's.</param>
    private void Ip(int network, params string[] change)
    {
        var (code, output) = Programs.Run("ip", ["-n", File.ReadLines(Path.Combine(Cluster.Folder, "networks")).ElementAt(network), .. change], null, TimeSpan.FromSeconds(10));
        if (code != 0)
            throw new InvalidOperationException(output);
    }

    public void Dispose()
    {
        if (Environment.GetEnvironmentVariable("K8SMEDIAFLOW_CLUSTER") is null or "")
            _cluster?.Dispose();
        _cluster = null;
    }
}
