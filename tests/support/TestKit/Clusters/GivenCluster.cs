namespace K8sMediaFlow.TestKit.Clusters;

/// <summary>
/// A cluster that somebody has put up for the end-to-end cases, of whatever version: K8SMEDIAFLOW_CLUSTER names the folder of one that
/// tests/support/cluster/up.sh started, or the kubeconfig of any other. That has our images on its nodes, which are called node1 and node2
/// and share the machine's /tmp/mf-given.
/// </summary>
public static class GivenCluster
{
    private static readonly string? Named = Environment.GetEnvironmentVariable("K8SMEDIAFLOW_CLUSTER");
    private static readonly Lazy<string> LazyFolder = new(FindFolder);

    public static bool IsGiven => !string.IsNullOrEmpty(Named);

    /// <summary>What is known of it.</summary>
    public static string Folder => LazyFolder.Value;

    /// <summary>
    /// Whether its folder has this: the processes and networks of a cluster whose parts can be taken away, the log of one that notes who
    /// writes. Those that tests start have all.
    /// </summary>
    public static bool Has(string what) => !IsGiven || Path.Exists(Path.Combine(Folder, what));

    private static string FindFolder()
    {
        if (Directory.Exists(Named))
            return Named;
        var folder = Directory.CreateDirectory("/tmp/mf-given").FullName;
        File.Copy(Named!, Path.Combine(folder, "kubeconfig"), overwrite: true);
        return folder;
    }
}
