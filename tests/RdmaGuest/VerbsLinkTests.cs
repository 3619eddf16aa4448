using K8sMediaFlow.Sidecar.Links;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>Whole links while their cable fails: control goes over the loopback, frames over the devices.</summary>
public sealed class VerbsLinkTests
{
    private static readonly LinkOptions s_options = new()
    {
        SilenceMax = TimeSpan.FromSeconds(20), OpenDeadline = TimeSpan.FromSeconds(20),
        BackOffMin = TimeSpan.FromMilliseconds(5), BackOffMax = TimeSpan.FromMilliseconds(200), BreakerPause = TimeSpan.FromMilliseconds(200),
    };

    [Theory]
    [InlineData("eth0")]
    [InlineData("eth1")]
    public void A_cable_that_is_out_for_a_while_loses_no_frame_and_doubles_none(string port)
    {
        const int frames = 300;
        using var source = new MemorySource(frames, 24, 60_000) { Limit = 100 };
        var consumer = new Consumer();
        using var sink = new MemorySink(10, 65_536, consumer, holdFrames: 4);
        using var receiving = new ReceivingPod(sink, 0, s_options);
        using var sending = new SendingPod(source, receiving.Listener.LocalEndpoint, s_options);
        Watchdog.Until(() => consumer.Last >= 50, () => $"{consumer.Last}; {sending.Link.Status}; {receiving.Link.Status}");
        using (Cable.Unplug(port))
        {
            source.Limit = frames;
            Watchdog.Until(() => sending.Link.Status.State == LinkState.Lost, () => sending.Link.Status.ToString());
        }
        Watchdog.Until(() => consumer.Last == frames, () => $"{consumer.Last}; {sending.Link.Status}; {receiving.Link.Status}");
        sink.FinishAll();
        Watchdog.Until(() => sending.Link.Status.State == LinkState.Ended, () => sending.Link.Status.ToString());
        consumer.Faults.ShouldBeEmpty();
        consumer.Duplicates.ShouldBe(0UL);
        source.Kept.ShouldBe(0);
        sending.Link.Status.Losses.ShouldBeGreaterThan(0UL);
    }
}
