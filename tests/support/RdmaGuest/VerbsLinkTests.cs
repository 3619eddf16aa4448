using K8sMediaFlow.Links;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>Whole links while their cable fails: control goes over the loopback, frames over the devices.</summary>
public sealed class VerbsLinkTests
{
    private static readonly LinkOptions s_options = new()
    {
        SilenceMax = TimeSpan.FromSeconds(20),
        OpenDeadline = TimeSpan.FromSeconds(20),
        BackOffMin = TimeSpan.FromMilliseconds(5),
        BackOffMax = TimeSpan.FromMilliseconds(200),
        BreakerPause = TimeSpan.FromMilliseconds(200),
    };

    [Theory]
    [InlineData("eth0")]
    [InlineData("eth1")]
    public void A_cable_that_is_out_for_a_while_loses_no_frame_and_doubles_none(string port)
    {
        const int frames = 300;
        var status = Carry(frames, (source, link) =>
        {
            using var unplugged = Cable.Unplug(port);
            source.Limit = frames;
            Watchdog.Until(() => link.Status.State == LinkState.Lost, () => link.Status.ToString());
        });
        status.Losses.ShouldBeGreaterThan(0UL);
    }

    /// <summary>
    /// A fabric may give up here and the link begin a new epoch: a reliable connection sends everything again from the first packet that is
    /// out of its turn, and is forgiven that six times between two acknowledgements. At 10 % it still held; with packets shuffled over 2 ms
    /// no frame of 15 packets came through.
    /// </summary>
    [Theory]
    [InlineData("loss", "5%")]
    [InlineData("delay", "2ms", "reorder", "5%", "duplicate", "5%")]
    public void A_bad_wire_loses_no_frame_and_doubles_none(params string[] netem)
    {
        var before = Cable.Disturbances();
        using var disturbed = Cable.Disturb(netem);
        const int frames = 300;
        Carry(frames, (source, _) => source.Limit = frames);
        Cable.Disturbances().ShouldBeGreaterThan(before);
    }

    /// <summary>Carries a third of the frames; then something happens, which lets the others go, too.</summary>
    private static LinkStatus Carry(int frames, Action<MemorySource, OutboundLink> trouble)
    {
        using var source = new MemorySource(frames, 24, 60_000) { Limit = (ulong)frames / 3 };
        var consumer = new Consumer();
        using var sink = new MemorySink(10, 65_536, consumer, holdFrames: 4);
        using var receiving = new ReceivingPod(sink, 0, s_options);
        using var sending = new SendingPod(source, receiving.Listener.LocalEndpoint, s_options);
        Watchdog.Until(() => consumer.Last >= (ulong)(frames / 6),
            () => $"{consumer.Last}; {sending.Link.Status}; {receiving.Link.Status}");
        trouble(source, sending.Link);
        Watchdog.Until(() => consumer.Last == (ulong)frames, () => $"{consumer.Last}; {sending.Link.Status}; {receiving.Link.Status}");
        sink.FinishAll();
        Watchdog.Until(() => sending.Link.Status.State == LinkState.Ended, () => sending.Link.Status.ToString());
        consumer.Faults.ShouldBeEmpty();
        consumer.Duplicates.ShouldBe(0UL);
        source.Kept.ShouldBe(0);
        return sending.Link.Status;
    }
}
