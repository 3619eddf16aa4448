using System.Net;
using K8sMediaFlow.Fabric.Tests;
using K8sMediaFlow.Fabric.Verbs;
using K8sMediaFlow.Native.Ibverbs;

namespace K8sMediaFlow.RdmaGuest;

/// <summary>
/// A peer of another make: it answers a proposal as it should, and then posts as many receives as it likes and never another one.
/// </summary>
internal sealed class DeafReceiver : IDisposable
{
    private readonly DeviceContext _context;
    private readonly ProtectionDomain _domain;
    private readonly CompletionChannel _channel;
    private readonly CompletionQueue _queue;
    private readonly QueuePair _pair;
    private readonly RegisteredMemory _memory;

    public DeafReceiver(ReadOnlySpan<byte> proposal, TestArea area, int receives)
    {
        var choice = new VerbsChoice { Device = "rxe1", Address = IPAddress.Parse("10.77.0.2") };
        _context = DeviceContext.TryOpen(choice.Device).ShouldNotBeNull();
        _domain = ProtectionDomain.Create(_context);
        _channel = CompletionChannel.Create(_context);
        _queue = CompletionQueue.Create(_channel, 64);
        _pair = QueuePair.Create(_domain, _queue, new QueuePairSize(SendsMax: 4, ReceivesMax: 16, PartsPerSendMax: 1));
        _memory = RegisteredMemory.Create(_domain, area.Address, area.LengthBytes, RemoteAccess.Write);
        var port = VerbsPort.Require(_context, choice);
        var mine = new QueuePairInfo(port.State.MtuBytes, [_pair.Number], QueuePairInfo.NewFirstPacket(),
            QueuePairInfo.Read(proposal).Nonce, port.Address.Gid);
        Connect(QueuePairInfo.Read(proposal), mine, port, receives);
        Offer = new VerbsOfferPayload(mine, FabricPair.Epoch, _memory.RemoteKey, (ulong)area.Address, (ulong)area.LengthBytes).ToBytes();
    }

    public byte[] Offer { get; }

    public void Dispose()
    {
        _pair.Dispose();
        _memory.Dispose();
        _queue.Dispose();
        _channel.Dispose();
        _domain.Dispose();
        _context.Dispose();
    }

    private void Connect(QueuePairInfo sender, QueuePairInfo mine, VerbsPort port, int receives)
    {
        _pair.Open(1);
        if (receives > 0)
            _pair.PostReceives(receives, id: 0);
        _pair.Connect(new QueuePairRoute
        {
            Port = 1,
            GidIndex = port.Address.Index,
            RemoteGid = sender.Gid,
            RemoteNumber = sender.Numbers[0],
            RemoteFirstPacket = sender.FirstPacket,
            LocalFirstPacket = mine.FirstPacket,
            MtuBytes = mine.MtuBytes,
            TimeoutCode = 14,
            RetriesMax = 6,
            TrafficClass = 0,
            NotReadyDelayCode = 12,
            NotReadyRetriesMax = 6,
        });
    }
}
