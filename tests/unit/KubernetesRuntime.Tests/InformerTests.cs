using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using K8sMediaFlow.KubernetesRuntime.Client;
using K8sMediaFlow.KubernetesRuntime.Connection;
using K8sMediaFlow.KubernetesRuntime.Informers;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.KubernetesRuntime.Reconciling;
using K8sMediaFlow.KubernetesRuntime.Tests.Faults;
using K8sMediaFlow.TestKit;
using K8sMediaFlow.TestKit.Clusters;

namespace K8sMediaFlow.KubernetesRuntime.Tests;

/// <summary>Informers at real API servers.</summary>
public class InformerTests(ApiServerFixture old, CrdServerFixture current) : EveryServerTests(old, current)
{
    [NeedsTheory("kubernetes", "crdserver")]
    [MemberData(nameof(Servers))]
    public async Task A_store_follows_the_server_and_finds_by_index(string server)
    {
        await UseAsync(server);
        await Objects.CreateAsync(Gadget("before", ("colour", "red")), Bound);
        var informer = new Informer<CustomObject>(Objects, new() { Namespaces = [Space] });
        informer.Store.AddIndex("colour", gadget => gadget.Get("colour") is { } colour ? [colour] : []);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Bound);
        var run = informer.RunAsync(stop.Token);
        await informer.Synced.WaitAsync(Bound);
        informer.Store.Count.ShouldBe(1);
        var second = await Objects.CreateAsync(Gadget("second", ("colour", "red")), Bound);
        await Until.Async(() => informer.Store.By("colour", "red").Count == 2, "two red ones", Bound);
        await Objects.ReplaceAsync(second with { Spec = Gadget("second", ("colour", "blue")).Spec }, Bound);
        await Until.Async(() => informer.Store.By("colour", "blue").Count == 1, "a blue one", Bound);
        informer.Store.By("colour", "red").Single().Metadata!.Name.ShouldBe("before");
        await Objects.DeleteAsync(Space, "second", cancel: Bound);
        await Until.Async(() => informer.Store.By("colour", "blue").Count == 0, "none blue", Bound);
        Should.Throw<InvalidOperationException>(() => informer.Store.AddIndex("late", _ => [])).Message.ShouldContain("late");
        await stop.CancelAsync();
        await run;
    }

    [NeedsTheory("kubernetes", "crdserver")]
    [MemberData(nameof(Servers))]
    public async Task A_watch_that_the_server_ends_is_gone_on_with_and_no_list_is_taken_again(string server)
    {
        await UseAsync(server);
        var (told, lists) = (new ConcurrentQueue<string>(), 0);
        using var listener = ListsOf(Objects.Type.Name, () => Interlocked.Increment(ref lists));
        var informer = new Informer<CustomObject>(Objects, new()
        {
            Namespaces = [Space],
            Bounds = () => new(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30)),
            BackOff = new(TimeSpan.FromMilliseconds(1), TimeSpan.FromMilliseconds(2)),
        });
        informer.OnChange(change => told.Enqueue(change.Value.Metadata!.Name!));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Bound);
        var run = informer.RunAsync(stop.Token);
        await informer.Synced.WaitAsync(Bound);
        // The server ends every watch after a second, idle or not.
        for (var i = 0; i < 4; i++)
        {
            await Objects.CreateAsync(Gadget($"g{i}"), Bound);
            await Until.Async(() => told.Count == i + 1, $"g{i}", Bound);
            await Task.Delay(700, Bound);
        }
        await stop.CancelAsync();
        await run;
        told.ShouldBe(["g0", "g1", "g2", "g3"]);
        lists.ShouldBe(1);
    }

    [NeedsTheory("kubernetes", "crdserver")]
    [MemberData(nameof(Servers))]
    public async Task What_happens_to_a_child_puts_its_parent_into_the_queue(string server)
    {
        await UseAsync(server);
        var parent = await Objects.CreateAsync(Gadget("parent"), Bound);
        using var queue = new WorkQueue<ObjectKey>();
        var informer = new Informer<CustomObject>(Objects, new() { Namespaces = [Space] });
        informer.EnqueueOwner(Objects.Type, queue);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Bound);
        var run = informer.RunAsync(stop.Token);
        await Objects.CreateAsync(Gadget("stranger"), Bound);
        var owned = Gadget("child") with
        {
            Metadata = new() { Name = "child", Namespace = Space, OwnerReferences = [Objects.Type.ControllerReference(parent)] },
        };
        var child = await Objects.CreateAsync(owned, Bound);
        (await TakeAsync(queue)).ShouldBe(new(Space, "parent"));
        await Objects.ReplaceAsync(child with { Spec = Gadget("child", ("a", "1")).Spec }, Bound);
        (await TakeAsync(queue)).ShouldBe(new(Space, "parent"));
        await Objects.DeleteAsync(Space, "child", cancel: Bound);
        (await TakeAsync(queue)).ShouldBe(new(Space, "parent"));
        queue.Depth.ShouldBe(0);
        await stop.CancelAsync();
        await run;
    }

    /// <summary>Of all tests that run beside, hence a kind that no other test lists.</summary>
    private static MeterListener ListsOf(string resource, Action heard)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument,
            self) =>
            {
                if (instrument.Meter.Name == Telemetry.MeterName
            && instrument.Name == "watch_lists") self.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
        {
            if (tags.ToArray().Any(tag => tag.Key == "resource" && (string?)tag.Value == resource))
                heard();
        });
        listener.Start();
        return listener;
    }

    private async Task<ObjectKey> TakeAsync(WorkQueue<ObjectKey> queue)
    {
        var key = await queue.TakeAsync(Bound);
        queue.Done(key);
        return key;
    }
}

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
        using var bound = new CancellationTokenSource(TimeSpan.FromMinutes(3));
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
