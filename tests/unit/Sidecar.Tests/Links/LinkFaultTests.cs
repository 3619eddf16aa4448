using System.Net;
using System.Net.Sockets;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sidecar.Tests.Links;

/// <summary>What breaks between and around the two ends of a link, over real sockets.</summary>
public sealed class LinkFaultTests
{
    private static readonly LinkOptions Options = new()
    {
        SilenceMax = TimeSpan.FromSeconds(20),
        OpenDeadline = TimeSpan.FromSeconds(20),
        BackOffMin = TimeSpan.FromMilliseconds(5),
        BackOffMax = TimeSpan.FromMilliseconds(50),
        BreakerPause = TimeSpan.FromMilliseconds(50),
    };

    [Fact]
    public void Connections_cut_at_random_moments_lose_nothing_and_double_nothing()
    {
        var random = new Random(Seed.Take(nameof(Connections_cut_at_random_moments_lose_nothing_and_double_nothing)));
        const int frames = 120 * PodFabrics.Cuts;
        using var source = new MemorySource(frames, 24, 60_000);
        var consumer = new Consumer();
        using var sink = new MemorySink(10, 65_536, consumer, holdFrames: 4);
        using var receiving = new ReceivingPod(sink, 0, Options);
        using var relay = new Relay(receiving.Listener.LocalEndpoint.Port);
        using var sending = new SendingPod(source, relay.Endpoint, Options);

        for (var cut = 0; cut < PodFabrics.Cuts; cut++)
        {
            source.Limit = (ulong)(cut + 1) * 110;
            var target = (ulong)(cut * 110) + (ulong)random.Next(1, 100);
            Watchdog.Until(() => consumer.Last >= target,
                () => $"{consumer.Last} of {target}; {sending.Link.Status}; {receiving.Link.Status}");
            if (random.Next(2) == 0)
                relay.CutAll();
            else
                sending.CutData();
        }
        source.Limit = ulong.MaxValue;
        Finish(source, sink, consumer, sending, receiving, frames);

        consumer.Duplicates.ShouldBe(0UL);
        sending.Link.Status.Losses.ShouldBeGreaterThan(0UL);
    }

    [Fact]
    public void A_peer_that_takes_the_connection_and_is_late_is_not_dialled_again_meanwhile()
    {
        // The kernel accepts and acknowledges, and the process does not get to it: it is stopped, or starved.
        using var late = new TcpListener(IPAddress.Loopback, 0);
        late.Start();
        using var source = new MemorySource(5, 5, 64);
        var options = Options with { OpenDeadline = TimeSpan.FromMilliseconds(100), SilenceMax = TimeSpan.FromSeconds(1) };
        using var sending = new SendingPod(source, (IPEndPoint)late.LocalEndpoint, options);
        using var first = late.AcceptTcpClient();
        Thread.Sleep(20 * options.OpenDeadline);
        late.Pending().ShouldBeFalse(sending.Link.Status.ToString());
    }

    [Fact]
    public void A_restarted_receiver_is_sent_all_that_is_not_done()
    {
        using var source = new MemorySource(600, 24, 20_000);
        var consumer = new Consumer();
        var first = new MemorySink(10, 32_768, consumer, holdFrames: 6);
        var receiving = new ReceivingPod(first, 0, Options);
        var port = receiving.Listener.LocalEndpoint.Port;
        using var sending = new SendingPod(source, receiving.Listener.LocalEndpoint, Options);
        for (var life = 1; life <= 3; life++)
        {
            source.Limit = (ulong)life * 150;
            Watchdog.Until(() => consumer.Last >= source.Limit - 20,
                () => $"{consumer.Last}; {sending.Link.Status}; {receiving.Link.Status}");
            receiving.Dispose();
            first.Dispose();
            first = new MemorySink(10, 32_768, consumer, holdFrames: 6);
            receiving = new ReceivingPod(first, port, Options);
        }
        source.Limit = ulong.MaxValue;
        Finish(source, first, consumer, sending, receiving, 600);
        receiving.Dispose();
        first.Dispose();

        sending.Link.Status.Repeated.ShouldBeGreaterThan(0UL);
        consumer.Duplicates.ShouldBeGreaterThan(0UL);
    }

    [Fact]
    public void A_restarted_sender_begins_anew_and_the_consumer_sees_every_frame()
    {
        using var source = new MemorySource(600, 24, 20_000);
        var consumer = new Consumer();
        using var sink = new MemorySink(10, 32_768, consumer, holdFrames: 6);
        using var receiving = new ReceivingPod(sink, 0, Options);
        var sending = new SendingPod(source, receiving.Listener.LocalEndpoint, Options);
        for (var life = 1; life <= 3; life++)
        {
            var target = (ulong)life * 150;
            source.Limit = target;
            Watchdog.Until(() => consumer.Last >= target - 20, () => $"{consumer.Last}; {sending.Link.Status}; {receiving.Link.Status}");
            sending.Dispose();
            source.SidecarRestarted();
            sending = new SendingPod(source, receiving.Listener.LocalEndpoint, Options);
        }
        source.Limit = ulong.MaxValue;
        Finish(source, sink, consumer, sending, receiving, 600);
        sending.Dispose();

        consumer.Duplicates.ShouldBeGreaterThan(0UL);
    }

    [Fact]
    public void A_peer_that_hangs_is_lost_by_silence_and_found_again()
    {
        var options = Options with { HeartbeatInterval = TimeSpan.FromMilliseconds(100), SilenceMax = TimeSpan.FromMilliseconds(800) };
        using var source = new MemorySource(200, 24, 20_000) { Limit = 50 };
        var consumer = new Consumer();
        using var sink = new MemorySink(10, 32_768, consumer, holdFrames: 0);
        using var receiving = new ReceivingPod(sink, 0, options);
        using var relay = new Relay(receiving.Listener.LocalEndpoint.Port);
        using var sending = new SendingPod(source, relay.Endpoint, options);
        Watchdog.Until(() => consumer.Last == 50, () => $"{consumer.Last}; {sending.Link.Status}");

        relay.IsStalled = true;
        Watchdog.Until(() => sending.Link.Status.State == LinkState.Lost, () => sending.Link.Status.ToString());
        Watchdog.Until(() => receiving.Link.Status.State == LinkState.Lost, () => receiving.Link.Status.ToString());
        // One end notices first, and the other may then see no more than its closed data connection.
        new[] { sending.Link.Status.Loss, receiving.Link.Status.Loss }.ShouldContain(LinkLoss.Silence);
        relay.IsStalled = false;
        relay.CutAll();
        source.Limit = ulong.MaxValue;

        Finish(source, sink, consumer, sending, receiving, 200);
        consumer.Duplicates.ShouldBe(0UL);
    }

    [Fact]
    public void A_consumer_without_room_stops_the_sender_and_loses_nothing()
    {
        using var source = new MemorySource(300, 64, 20_000);
        var consumer = new Consumer();
        using var sink = new MemorySink(6, 32_768, consumer, holdFrames: 0) { IsClosed = true };
        using var receiving = new ReceivingPod(sink, 0, Options);
        using var sending = new SendingPod(source, receiving.Listener.LocalEndpoint, Options);

        Watchdog.Until(() => receiving.Link.Status.Retained == 6, () => receiving.Link.Status.ToString());
        Watchdog.Until(() => sending.Link.Status.GrantsOutstanding == 0, () => sending.Link.Status.ToString());
        consumer.Last.ShouldBe(0UL);
        sink.Reopen();

        Finish(source, sink, consumer, sending, receiving, 300);
    }

    [Fact]
    public void A_frame_larger_than_every_block_is_refused_and_explained_by_a_gap()
    {
        using var source = new MemorySource(3, 4, 40_000);
        var consumer = new Consumer();
        using var sink = new MemorySink(6, 32_768, consumer, holdFrames: 0);
        using var receiving = new ReceivingPod(sink, 0, Options);
        using var sending = new SendingPod(source, receiving.Listener.LocalEndpoint, Options);

        Finish(source, sink, consumer, sending, receiving, 3);
        source.RefusedSequences.ShouldBe([1UL, 2UL, 3UL]);
        sending.Link.Status.TooLarge.ShouldBe(3UL);
        consumer.Gaps.ShouldBe(6UL);
    }

    [Fact]
    public void Draining_takes_nothing_new_and_ends_when_all_that_was_taken_is_done()
    {
        using var source = new MemorySource(100, 100, 2_000) { Limit = 40, EndsByItself = false };
        var consumer = new Consumer();
        using var sink = new MemorySink(6, 4096, consumer, holdFrames: 0);
        using var receiving = new ReceivingPod(sink, 0, Options);
        using var sending = new SendingPod(source, receiving.Listener.LocalEndpoint, Options);
        Watchdog.Until(() => consumer.Last == 40, () => sending.Link.Status.ToString());

        sending.Link.Drain(TimeSpan.FromSeconds(60)).ShouldBeTrue();
        source.Limit = 100;
        sending.Link.Status.State.ShouldBe(LinkState.Ended);
        Watchdog.Until(() => receiving.Link.Status.State == LinkState.Ended, () => receiving.Link.Status.ToString());
        consumer.Last.ShouldBe(40UL);
        source.Kept.ShouldBe(0);
    }

    private static void Finish(
        MemorySource source, MemorySink sink, Consumer consumer, SendingPod sending, ReceivingPod receiving, ulong frames)
    {
        Watchdog.Until(() => consumer.Last == frames, () => $"{consumer.Last} of {frames}; {sending.Link.Status}; {receiving.Link.Status}");
        Watchdog.Until(() =>
        {
            sink.FinishAll();
            return sending.Link.Status.State == LinkState.Ended;
        }, () => $"{source.Kept} kept; {sending.Link.Status}; {receiving.Link.Status}");
        consumer.Faults.ShouldBeEmpty();
        source.Kept.ShouldBe(0);
    }
}
