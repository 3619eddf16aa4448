using System.Globalization;
using K8sMediaFlow.TestKit;
using K8sMediaFlow.TestKit.Clusters;

namespace K8sMediaFlow.Cluster.Tests.Harness;

/// <summary>
/// A real Kubernetes with two nodes, with our images on them and the controller installed by the chart. There are up to three in a run,
/// each started when a case first asks for it; they go down after the last case, or with this process however that ends. A
/// <see cref="GivenCluster"/> takes the place of all three.
/// </summary>
public sealed class TwoNodes
{
    /// <summary>The first minor version whose servers know the rules of a schema, and claims of devices.</summary>
    public const int RulesMinor = 25, ClaimsMinor = 34;

    private readonly Lazy<Installation> _installation = new(() => new());

    private TwoNodes() => Standing = new(this);

    /// <summary>Of cases that leave cluster and controller as they are.</summary>
    public static TwoNodes Shared { get; } = new();

    /// <summary>Of cases that take parts of the cluster away.</summary>
    public static TwoNodes Disturbed { get; } = GivenCluster.IsGiven ? Shared : new();

    /// <summary>Of cases that change the controller.</summary>
    public static TwoNodes Installed { get; } = GivenCluster.IsGiven ? Shared : new();

    public TestKit.Clusters.Cluster Cluster => _installation.Value.Cluster;

    /// <summary>Of the server.</summary>
    public Version Version => _installation.Value.Version;

    public string RecordsFolder => _installation.Value.RecordsFolder;

    /// <summary>The longest that a flow is waited for here: where it is known that it will not come, not as long.</summary>
    internal TimeSpan FlowPatienceMax { get; set; } = TimeSpan.MaxValue;

    internal Kubectl Kubectl => _installation.Value.Kubectl;

    internal Helm Helm => _installation.Value.Helm;

    internal StandingFlow Standing { get; }

    /// <summary>Takes down what this run has started.</summary>
    internal static void EndAll() => Parallel.ForEach([Shared, Disturbed, Installed], one =>
    {
        if (one._installation.IsValueCreated && !GivenCluster.IsGiven)
            one.Cluster.Dispose();
    });

    /// <summary>Cuts or heals the link of a node to everything else.</summary>
    public void Link(int node, bool isUp) =>
        Ip(0, "link", "set", string.Create(CultureInfo.InvariantCulture, $"v{node}"), isUp ? "up" : "down");

    /// <summary>
    /// Cuts or heals the way from the pods of the first node to those of the second, and nothing else: all controllers and kubelets go on.
    /// </summary>
    public void PodLink(bool isUp) =>
        Ip(1, ["route", "replace", .. isUp ? (string[])["10.244.2.0/24", "via", "10.250.0.12"] : ["blackhole", "10.244.2.0/24"]]);

    /// <param name="network">0: the control plane's, else the node's.</param>
    private void Ip(int network, params string[] change)
    {
        var (code, output) = Programs.Run("ip",
            ["-n", File.ReadLines(Path.Combine(Cluster.Folder, "networks")).ElementAt(network), .. change], null, Hang.Bound);
        if (code != 0)
            throw new InvalidOperationException(output);
    }

    private sealed class Installation
    {
        public Installation()
        {
            Cluster = GivenCluster.IsGiven ? TestKit.Clusters.Cluster.At(GivenCluster.Folder)
                : TestKit.Clusters.Cluster.Start(["--nodes", "2", "--proxy", "--audit", .. ImageArchives.Paths.SelectMany(archive => new[]
                {
                    "--image", archive,
                })]);
            RecordsFolder = Directory.CreateDirectory(Path.Combine(Cluster.Folder, "records")).FullName;
            (Kubectl, Helm) = (new(Cluster.Kubeconfig), new(Cluster.Kubeconfig));
            Version = Kubectl.ServerVersion();
            Helm.Install();
        }

        public TestKit.Clusters.Cluster Cluster { get; }

        public string RecordsFolder { get; }

        public Kubectl Kubectl { get; }

        public Helm Helm { get; }

        public Version Version { get; }
    }
}
