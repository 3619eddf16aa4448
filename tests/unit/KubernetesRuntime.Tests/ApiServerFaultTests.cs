using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Connection;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.KubernetesRuntime.Tests.Faults;
using K8sMediaFlow.TestKit;
using K8sMediaFlow.TestKit.Clusters;

namespace K8sMediaFlow.KubernetesRuntime.Tests;

/// <summary>Faults of a whole API server: it needs one of its own.</summary>
public class ApiServerFaultTests
{
    [NeedsFact("kubernetes")]
    [Trait("Category", "Slow")]
    public async Task A_restarted_API_server_and_a_stopped_etcd_lose_nothing_not_even_deletions_that_nobody_heard()
    {
        using var cluster = Cluster.Start();
        using var client = new ApiClient(ClusterConnection.Find(cluster.Kubeconfig), new()
        {
            PingDelay = TimeSpan.FromSeconds(1),
            PingTimeout = TimeSpan.FromSeconds(1),
        });
        using var bound = new CancellationTokenSource(Hang.LongBound);
        var maps = client.For(Resources.ConfigMaps);
        var start = await maps.ListAsync("default", cancel: bound.Token);
        foreach (var name in new[] { "stays", "changes", "goes" })
            await maps.CreateAsync(Map(name, "1"), bound.Token);
        await using var watched = new Watched(client, new()
        {
            Namespaces = ["default"],
            BackOff = new(TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(500)),
        });
        await watched.UntilToldAsync("+stays:1", "+changes:1", "+goes:1");

        // The watch's process is frozen out while things happen: its server is killed, and another client writes before it is back.
        cluster.Freeze("kube-apiserver");
        await Until.Async(() => watched.Informer.Heartbeats.Single().Fault() is null
            && watched.Informer.Heartbeats.Single().SinceHeard > TimeSpan.FromSeconds(3), "a silent server", bound.Token);
        cluster.Thaw("kube-apiserver");
        await maps.DeleteAsync("default", "goes", cancel: bound.Token);
        await watched.UntilToldAsync("-goes:1");

        cluster.Kill("kube-apiserver");
        (await Should.ThrowAsync<ApiException>(maps.GetAsync("default", "stays", bound.Token))).Reason.ShouldBe(ApiReason.Unreachable);
        cluster.Restart("kube-apiserver");
        await UntilServedAsync(client, bound.Token);
        await maps.ApplyAsync(Resources.ConfigMaps.ToDocument(Map("changes", "2")), "k8smediaflow", force: true, cancel: bound.Token);
        await maps.CreateAsync(Map("new", "1"), bound.Token);
        await watched.UntilToldAsync("~changes:2", "+new:1");
        watched.Informer.Store.All().Select(map => map.Metadata!.Name).Order().ShouldBe(["changes", "new", "stays"]);

        // The new server does not remember what was before it: a watch from there is refused as gone, and a list brings the rest.
        var gone = await Should.ThrowAsync<ApiException>(async () =>
        {
            await foreach (var _ in maps.WatchAsync("default", start.ResourceVersion, cancel: bound.Token))
                break;
        });
        gone.IsGone.ShouldBeTrue(gone.Message);

        cluster.Freeze("etcd");
        var write = maps.CreateAsync(Map("late", "1"), bound.Token);
        await Task.Delay(500, bound.Token);
        cluster.Thaw("etcd");
        await write;
        await watched.UntilToldAsync("+late:1");
    }

    [NeedsFact("kubernetes")]
    [Trait("Category", "Slow")]
    public async Task A_request_that_a_busy_API_server_puts_off_is_sent_again()
    {
        // One request at a time, and no queue for the others.
        using var cluster = Cluster.Start("--only-api", "--api-flag", "--max-requests-inflight=1",
            "--api-flag", "--enable-priority-and-fairness=false");
        using var bound = new CancellationTokenSource(Hang.LongBound);
        // An API server never puts off its administrators.
        using var client = new ApiClient(ClusterConnection.Find(Path.Combine(cluster.Folder, "pki", "kube-scheduler.conf")));
        var pods = client.For(Resources.Pods);
        using var counted = new Counted(Resources.Pods.Name);
        cluster.Freeze("etcd");
        var lists = Enumerable.Range(0, 2).Select(_ => pods.ListAsync("default", cancel: bound.Token)).ToList();
        await Until.Async(() => counted["api_requests list 429"] > 0, "a request that is put off", bound.Token);
        cluster.Thaw("etcd");
        (await Task.WhenAll(lists)).ShouldAllBe(list => list.Items.Count == 0);
        counted["api_requests list 200"].ShouldBe(2);
    }

    private static ConfigMap Map(string name, string value) => new()
    {
        Metadata = new() { Name = name, Namespace = "default" },
        Data = new Dictionary<string,
        string>
        { ["v"] = value },
    };

    private static async Task UntilServedAsync(ApiClient client, CancellationToken bound)
    {
        while (true)
        {
            try
            {
                await client.For(Resources.Namespaces).GetAsync(null, "default", bound);
                await client.For(Resources.ConfigMaps).ListAsync("default", cancel: bound);
                return;
            }
            catch (ApiException)
            {
                await Task.Delay(100, bound);
            }
        }
    }
}
