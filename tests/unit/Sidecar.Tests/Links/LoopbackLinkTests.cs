using System.Collections.Concurrent;
using System.Net;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;

namespace K8sMediaFlow.Sidecar.Tests.Links;

/// <summary>Links over real TLS and TCP on the loopback.</summary>
public sealed class LoopbackLinkTests
{
    private static readonly LinkOptions Options = new() { SilenceMax = TimeSpan.FromSeconds(20), OpenDeadline = TimeSpan.FromSeconds(20) };

    [Fact]
    public void Frames_arrive_whole_and_in_order_and_the_link_ends_when_all_is_done()
    {
        using var source = new MemorySource(500, 16, 200_000);
        var consumer = new Consumer();
        using var sink = new MemorySink(8, 262_144, consumer, holdFrames: 3);
        using var receiving = new ReceivingPod(sink, 0, Options);
        using var sending = new SendingPod(source, receiving.Listener.LocalEndpoint, Options);

        Watchdog.Until(() => consumer.Last == 500, () => $"{consumer.Last} arrived; {sending.Link.Status}; {receiving.Link.Status}");
        sink.FinishAll();
        Watchdog.Until(() => sending.Link.Status.State == LinkState.Ended, () => sending.Link.Status.ToString());
        Watchdog.Until(() => receiving.Link.Status.State == LinkState.Ended, () => receiving.Link.Status.ToString());

        consumer.Faults.ShouldBeEmpty();
        consumer.Duplicates.ShouldBe(0UL);
        source.Kept.ShouldBe(0);
        source.Landed.ShouldBe(500UL);
        sending.Link.Status.Repeated.ShouldBe(0UL);
        sink.FreeCount.ShouldBe(8);
    }

    [Fact]
    public void The_threads_that_move_its_frames_do_first_what_a_link_asks()
    {
        var threads = new ConcurrentBag<string?>();
        var options = Options with { OnThread = () => threads.Add(Thread.CurrentThread.Name) };
        using var source = new MemorySource(10, 16, 200_000);
        var consumer = new Consumer();
        using var sink = new MemorySink(8, 262_144, consumer, holdFrames: 3);
        using var receiving = new ReceivingPod(sink, 0, options);
        using var sending = new SendingPod(source, receiving.Listener.LocalEndpoint, options);

        Watchdog.Until(() => consumer.Last == 10, () => $"{consumer.Last} arrived; {sending.Link.Status}; {receiving.Link.Status}");
        threads.ShouldBe([$"link {SendingPod.Edge}", "link control"], ignoreOrder: true);
    }

    [Fact]
    public void A_consumer_that_keeps_one_frame_holds_up_none_of_the_others()
    {
        const int frames = 20_000;
        using var source = new MemorySource(frames, 64, 256);
        var consumer = new Consumer();
        using var sink = new MemorySink(64, 4096, consumer, holdFrames: 3) { Kept = 2 };
        using var receiving = new ReceivingPod(sink, 0, Options);
        using var sending = new SendingPod(source, receiving.Listener.LocalEndpoint, Options);

        Watchdog.Until(() => consumer.Last == frames, () => $"{consumer.Last} arrived; {sending.Link.Status}; {receiving.Link.Status}");
        source.Kept.ShouldBeInRange(1, 64);
        // The other end keeps what is not done over a loss too, and only that.
        sending.CutData();
        Watchdog.Until(() => sending.Link.Status is { Losses: 1, State: LinkState.Ready }, () => sending.Link.Status.ToString());
        sink.FinishAll();
        Watchdog.Until(() => sending.Link.Status.State == LinkState.Ended, () => sending.Link.Status.ToString());

        consumer.Faults.ShouldBeEmpty();
        consumer.Duplicates.ShouldBe(0UL);
        source.Kept.ShouldBe(0);
    }
}
