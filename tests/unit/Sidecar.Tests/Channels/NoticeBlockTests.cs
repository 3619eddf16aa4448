using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Sidecar.Channels;
using K8sMediaFlow.Sidecar.Tests.Channels.Pods;
using K8sMediaFlow.Sidecar.Tests.Links.Loopback;

namespace K8sMediaFlow.Sidecar.Tests.Channels;

/// <summary>
/// What waits in a reorder window for a missing frame must leave it a block to come in. The simulation of links found that notices did not.
/// </summary>
public sealed class NoticeBlockTests
{
    private const ulong Notices = 10;

    [Fact]
    public async Task A_notice_that_waits_for_its_consumer_holds_no_block()
    {
        using var pod = new TestPod(new PodPlans().Receiving());
        await using var render = await pod.Attach("render");
        var (port, link) = (pod.Inbound!, new Returns());
        port.Bind(link);
        for (var sequence = 1UL; sequence <= Notices; sequence++)
            Deliver(port, sequence);
        port.BlocksInUse.ShouldBe(0);
        port.NotDone.ShouldBe((int)Notices, "no consumer has read them");
        Watchdog.Until(() => link.Count == (int)Notices, () => $"{link.Count} blocks were returned");
    }

    // The consumer's channel may not be there yet.
    private static void Deliver(IngressBridge port, ulong sequence)
    {
        port.TryTakeBlock(out var slot, out _, out _).ShouldBeTrue();
        var notice = new FrameHeader
        {
            Kind = FrameKind.Gap,
            Stream = 7,
            Sequence = sequence,
            GapCount = 1,
            GapCause = GapCause.Dropped,
        };
        Watchdog.Until(() => port.TryDeliver(in notice, slot, sequence), () => "the notice is refused");
    }

    private sealed class Returns : ILinkReceiver
    {
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public void Returned(uint slot) => Interlocked.Increment(ref _count);

        public void Done(ulong ticket)
        {
            // Of no notice here: none is read.
        }

        public void Retry()
        {
            // The test asks again by itself.
        }
    }
}
