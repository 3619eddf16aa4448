using K8sMediaFlow.KubernetesRuntime.Events;
using K8sMediaFlow.KubernetesRuntime.Objects;
using K8sMediaFlow.KubernetesRuntime.Tests.Faults;
using K8sMediaFlow.TestKit;
using K8sMediaFlow.TestKit.Clusters;

namespace K8sMediaFlow.KubernetesRuntime.Tests;

public class EventTests(ApiServerFixture fixture) : ApiServerTests(fixture)
{
    [NeedsFact("kubernetes")]
    public async Task A_repeated_event_counts_up_and_stays_one()
    {
        var map = await Client.For(Resources.ConfigMaps).CreateAsync(Map("a"), Bound);
        var about = EventRecorder.About(Resources.ConfigMaps, map);
        var recorder = new EventRecorder(Client, "controller", "pod-1");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Bound);
        var run = recorder.RunAsync(stop.Token);
        for (var i = 0; i < 5; i++)
            recorder.Warning(about, "ImageMissing", "no such image");
        recorder.Normal(about, "Ready", "all is well");
        await Until.Async(() => Stored().Sum(one => one.Count) == 6, "six occurrences", Bound);
        var stored = Stored();
        stored.Select(one => (one.Type, one.Reason, one.Message, one.Count)).OrderBy(one => one.Reason)
            .ShouldBe([("Warning", "ImageMissing", "no such image", 5), ("Normal", "Ready", "all is well", 1)]);
        stored.ShouldAllBe(one => one.InvolvedObject!.Uid == map.Metadata!.Uid && one.Source!.Component == "controller");

        // After it has expired at the server (an hour there) it begins anew.
        foreach (var one in stored)
            await Client.For(Resources.Events).DeleteAsync(Space, one.Metadata!.Name!, cancel: Bound);
        recorder.Warning(about, "ImageMissing", "no such image");
        await Until.Async(() => Stored().Count == 1, "a new event", Bound);
        await stop.CancelAsync();
        await run;
        recorder.Dropped.ShouldBe(0);
    }

    [NeedsFact("kubernetes")]
    public async Task An_event_about_an_object_without_a_namespace_is_found_in_default()
    {
        var space = await Client.For(Resources.Namespaces).GetAsync(null, Space, Bound);
        var recorder = new EventRecorder(Client, "controller", "pod-1");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Bound);
        var run = recorder.RunAsync(stop.Token);
        recorder.Normal(EventRecorder.About(Resources.Namespaces, space), "Seen", "it is there");
        await Until.Async(() => Client.For(Resources.Events).ListAsync("default", new(Fields: $"involvedObject.name={Space}"))
            .Result.Items.Count == 1, "the event", Bound);
        await stop.CancelAsync();
        await run;
    }

    private IReadOnlyList<CoreEvent> Stored() => Client.For(Resources.Events).ListAsync(Space).Result.Items;
}

public class EventAggregatorTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly EventAggregator _aggregator = new(new() { Burst = 1000, RememberedMax = 8 });

    [Fact]
    public void Many_messages_of_one_reason_are_folded_into_one_event()
    {
        var writes = Enumerable.Range(0, 50).Select(index => Take(_aggregator, "Restarted", $"pod {index}", Start.AddSeconds(index))!)
            .ToList();
        writes.Take(10).ShouldAllBe(write => write.ExistingName == null);
        writes.Skip(10).First().ExistingName.ShouldBeNull();
        writes.Skip(11).ShouldAllBe(write => write.ExistingName == "event-10");
        (writes[^1].Count, writes[^1].Message).ShouldBe((40, "(several messages) pod 49"));
        Take(_aggregator, "Restarted", "pod 3", Start.AddSeconds(51))!.ExistingName.ShouldBe("event-3");
        // The window is over: told apart again.
        Take(_aggregator, "Restarted", "pod 77", Start.AddMinutes(30))!.Message.ShouldBe("pod 77");
    }

    [Fact]
    public void An_object_gets_its_share_and_leaves_others_theirs()
    {
        var aggregator = new EventAggregator(new() { Burst = 3, Refill = TimeSpan.FromMinutes(1) });
        Enumerable.Range(0, 100).Count(_ => Take(aggregator, "R", "m", Start) is not null).ShouldBe(3);
        Take(aggregator, "R", "m", Start, "other").ShouldNotBeNull();
        Enumerable.Range(0, 100).Count(_ => Take(aggregator, "R", "m", Start.AddMinutes(2)) is not null).ShouldBe(2);
    }

    [Fact]
    public void What_was_seen_longest_ago_is_forgotten_first()
    {
        var map = new RecentMap<int, int>(3);
        for (var i = 0; i < 1000; i++)
        {
            map.Set(i, i);
            map.TryGet(0, out _).ShouldBeTrue();
        }
        map.Count.ShouldBe(3);
        map.TryGet(998, out _).ShouldBeTrue();
        map.TryGet(997, out _).ShouldBeFalse();
    }

    private int _written;

    private EventWrite? Take(EventAggregator aggregator, string reason, string message, DateTimeOffset at, string name = "x")
    {
        var write = aggregator.Take(new(new() { Name = name, Namespace = "n", Uid = name }, "Normal", reason, message, at));
        if (write is not null)
            aggregator.Written(write, write.ExistingName ?? $"event-{_written++}", at);
        return write;
    }
}
