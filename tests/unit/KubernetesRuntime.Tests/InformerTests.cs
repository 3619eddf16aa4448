using System.Collections.Concurrent;
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
        var told = new ConcurrentQueue<string>();
        using var counted = new Counted(Objects.Type.Name);
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
        counted["watch_lists"].ShouldBe(1);
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

    private async Task<ObjectKey> TakeAsync(WorkQueue<ObjectKey> queue)
    {
        var key = await queue.TakeAsync(Bound);
        queue.Done(key);
        return key;
    }
}
