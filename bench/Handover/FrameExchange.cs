using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Bench.Handover;

/// <summary>
/// Frames to and fro the whole way: take a block, write it, push, ring; wait, pop, resolve, read, return; free the block.
/// </summary>
internal sealed class FrameExchange
{
    private static readonly TimeSpan Watchdog = TimeSpan.FromSeconds(60);

    private readonly RegionWriter _writer;
    private readonly RegionTable _regions = new();
    private readonly ChannelProducer _outgoing;
    private readonly ChannelConsumer _incoming;
    private readonly DoorbellNotifier _peer;
    private readonly BlockQuota _quota = new(4);
    private readonly BlockRef[] _sent = new BlockRef[64];
    private ulong _sequence;

    public FrameExchange(MappedMemory own, MappedMemory foreign, MappedMemory outgoing, MappedMemory incoming, DoorbellNotifier peer)
    {
        _writer = new RegionWriter(own);
        _regions.Set(0, new RegionReader(foreign));
        _outgoing = new ChannelProducer(outgoing);
        _incoming = new ChannelConsumer(incoming);
        _peer = peer;
    }

    /// <param name="leads">The one who leads sends first.</param>
    /// <param name="nanosecondsOfRoundTrips">Filled; its length is the number of round trips.</param>
    public void Run(bool leads, DoorbellWaiter doorbell, int bytes, long[] nanosecondsOfRoundTrips)
    {
        var before = MonotonicClock.Nanoseconds;
        for (var round = 0; round < nanosecondsOfRoundTrips.Length; round++)
        {
            if (leads)
                Send(bytes);
            Receive(doorbell, bytes);
            if (!leads)
                Send(bytes);
            var after = MonotonicClock.Nanoseconds;
            nanosecondsOfRoundTrips[round] = after - before;
            before = after;
        }
        // The last frames come back while the peer has nothing to wait for; both rings are empty when the next scenario begins.
        var wait = doorbell.Begin(Watchdog);
        if (leads)
            _peer.Ring();
        while (_outgoing.NotDone > 0)
        {
            FreeReturned();
            Invariant.That(wait.Again());
        }
    }

    private void Send(int bytes)
    {
        Invariant.That(_writer.TryTake(bytes, _quota, out var block));
        var memory = _writer.Memory(block);
        memory[0] = (byte)++_sequence;
        memory[bytes - 1] = (byte)_sequence;
        var frame = new FrameDescriptor { Kind = FrameKind.Frame, Stream = 1, Sequence = _sequence };
        frame.AddSegment(new SegmentRef(0, block, 0, (uint)bytes));
        Invariant.That(_outgoing.TryPush(ref frame));
        _sent[frame.Ticket % 64] = block;
        // One ring for the frame and for the return of the one before: both are for the same waiter.
        _peer.Ring();
        // Now, while the peer works, and not before the frame that it waits for.
        FreeReturned();
    }

    private void Receive(DoorbellWaiter doorbell, int bytes)
    {
        var wait = doorbell.Begin(Watchdog);
        FrameDescriptor frame;
        while (!_incoming.TryPop(out frame))
            Invariant.That(wait.Again());
        Invariant.That(_regions.TryResolve(frame.Segments[0], out var memory, out _));
        Invariant.That(memory[0] == (byte)frame.Sequence && memory[bytes - 1] == (byte)frame.Sequence);
        _incoming.Return(frame.Ticket, ReturnKind.Both);
    }

    private void FreeReturned()
    {
        while (_outgoing.TryPopReturn(out var entry))
            Invariant.That(_writer.Release(_sent[entry.Ticket % 64]));
    }
}
