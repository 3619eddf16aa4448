using K8sMediaFlow.KubernetesRuntime.Apply;
using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Connection;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.KubernetesRuntime.Tests.Faults;
using K8sMediaFlow.TestKit;
using K8sMediaFlow.TestKit.Clusters;

namespace K8sMediaFlow.KubernetesRuntime.Tests;

/// <summary>The clusters that the other tests stand on: they must come up whole and leave no trace.</summary>
[Trait("Category", "Slow")]
public class ClusterTests
{
    [NeedsFact("kubernetes")]
    public void An_API_server_of_ones_own_goes_down_without_a_trace()
    {
        using var cluster = Cluster.Start();
        var processes = new[] { "etcd", "kube-apiserver", "owner" }.Select(cluster.ProcessId).ToList();
        processes.ShouldAllBe(id => Runs(id));
        cluster.Freeze("etcd");
        cluster.Dispose();
        processes.ShouldAllBe(id => !Runs(id));
        Directory.Exists(cluster.Folder).ShouldBeFalse();
    }

    [NeedsFact("kubernetes")]
    public async Task The_API_server_notes_every_write_and_no_read()
    {
        using var bound = new CancellationTokenSource(Hang.LongBound);
        using var cluster = Cluster.Start("--only-api", "--audit");
        using var client = new ApiClient(ClusterConnection.Find(cluster.Kubeconfig), new() { UserAgent = "counted" });
        var maps = client.For(Resources.ConfigMaps);
        await maps.CreateAsync(new() { Metadata = new() { Name = "a", Namespace = "default" } }, bound.Token);
        await maps.GetAsync("default", "a", bound.Token);
        var applier = new Applier<ConfigMap>(maps, new("us"));
        for (var i = 0; i < 10; i++)
            await applier.ApplyAsync(new ConfigMap { Metadata = new() { Name = "b", Namespace = "default" } }, null, bound.Token);
        await Should.ThrowAsync<ApiException>(maps.CreateAsync(new() { Metadata = new() { Name = "a", Namespace = "default" } },
            bound.Token));
        cluster.Writes().Where(write => write.UserAgent == "counted")
            .Select(write => $"{write.Verb} {write.Resource} {write.Namespace}/{write.Name} {write.Code}")
            .ShouldBe(["create configmaps default/a 201", "patch configmaps default/b 201", "create configmaps default/a 409"]);
    }

    [NeedsFact("kubernetes", "root")]
    [Trait("Category", "Root")]
    public async Task Two_nodes_run_a_pod_each_and_go_down_without_a_trace()
    {
        using var bound = new CancellationTokenSource(Hang.LongBound);
        using var cluster = Cluster.Start("--nodes", "2", "--image", KubernetesBuild.Cached("root/busybox.tar"));
        using var client = new ApiClient(ClusterConnection.Find(cluster.Kubeconfig));
        var pods = client.For(Resources.Pods);
        foreach (var node in new[] { "node1", "node2" })
            await pods.CreateAsync(Sleeper(node), bound.Token);
        await Until.Async(() => pods.ListAsync("default")
            .Result.Items.Count(pod => pod.Status is { Phase: "Running", PodIP: not null }) == 2, "two running pods", bound.Token);
        (await pods.ListAsync("default", cancel: bound.Token)).Items.Select(pod => pod.Spec!.NodeName).Order().ShouldBe(["node1", "node2"]);

        var networks = File.ReadAllLines(Path.Combine(cluster.Folder, "networks"));
        var processes = Directory.GetFiles(Path.Combine(cluster.Folder, "pids")).Select(file => cluster.ProcessId(Path.GetFileName(file)))
            .ToList();
        cluster.Dispose();
        processes.ShouldAllBe(id => !Runs(id));
        networks.ShouldAllBe(network => !File.Exists($"/run/netns/{network}"));
        File.ReadAllText("/proc/mounts").ShouldNotContain(cluster.Folder);
        File.ReadAllText("/proc/net/unix").ShouldNotContain(cluster.Folder);
        Directory.GetDirectories("/sys/fs/cgroup", $"{networks[0][..^3]}*", SearchOption.AllDirectories).ShouldBeEmpty();
        Directory.Exists(cluster.Folder).ShouldBeFalse();
    }

    private static Pod Sleeper(string node) => new()
    {
        Metadata = new() { Name = $"on-{node}", Namespace = "default" },
        Spec = new()
        {
            NodeName = node,
            TerminationGracePeriodSeconds = 0,
            Containers = [new() { Name = "c", Image = "localhost/busybox:1", Command = ["sleep", "1000"] }],
        },
    };

    /// <summary>Not the remains of one: a zombie is its parent's affair.</summary>
    private static bool Runs(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/stat").Split(") ")[^1][0] != 'Z';
        }
        catch (IOException)
        {
            return false;
        }
    }
}
