using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using K8sMediaFlow.Fabric.Tcp;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Fabric.Tests;

/// <summary>What may come over the wire from somebody who is not our sender, and a peer that dies or falls silent.</summary>
public sealed class TcpWireTests : IDisposable
{
    private const int BlockBytes = 1 << 16;
    private const uint Epoch = 9;

    private readonly TcpFabric _fabric = new();
    private readonly TestArea _area = new(BlockBytes, 4);
    private readonly List<IDisposable> _open = [];

    public void Dispose()
    {
        foreach (var one in Enumerable.Reverse(_open))
            one.Dispose();
    }

    [Fact]
    public void A_visitor_without_a_valid_preamble_is_closed_and_the_door_stays_open()
    {
        var random = new Random(Seed.Take(nameof(A_visitor_without_a_valid_preamble_is_closed_and_the_door_stays_open)));
        var listener = Keep(_fabric.Listen(IPAddress.Loopback, 0, FabricOptions.Default));
        var offer = Keep(listener.Open(Epoch, [], _area.Address, _area.LengthBytes));
        var right = Preamble(offer);
        for (var turn = 0; turn < 100; turn++)
        {
            var wrong = (byte[])right.Clone();
            wrong[random.Next(32)] ^= (byte)(1 << random.Next(8));
            using var visitor = Dial(listener);
            visitor.Send(wrong.AsSpan(0, turn % 2 == 0 ? 32 : random.Next(32)));
            visitor.Shutdown(SocketShutdown.Send);
            IsClosed(visitor).ShouldBeTrue();
        }
        using var guest = Dial(listener);
        guest.Send(right);
        Keep(offer.Accept(FabricPair.Watchdog));
    }

    [Fact]
    public void A_visitor_that_stays_silent_is_closed_when_its_time_is_over()
    {
        var options = new FabricOptions { HandshakeTimeout = TimeSpan.FromMilliseconds(50) };
        var listener = Keep(_fabric.Listen(IPAddress.Loopback, 0, options));
        using var visitor = Dial(listener);
        IsClosed(visitor).ShouldBeTrue();
    }

    [Fact]
    public void Silent_visitors_cannot_shut_out_a_peer()
    {
        var listener = Keep(_fabric.Listen(IPAddress.Loopback, 0, FabricOptions.Default));
        for (var turn = 0; turn < 100; turn++)
            Keep(Dial(listener));
        var offer = Keep(listener.Open(Epoch, [], _area.Address, _area.LengthBytes));
        using var proposal = _fabric.Propose(FabricOptions.Default);
        Keep(proposal.Connect(offer.Bytes.Span, FabricPair.Watchdog));
        Keep(offer.Accept(FabricPair.Watchdog));
    }

    [Fact]
    public void A_preamble_that_trickles_in_opens_the_connection_and_the_frame_behind_it_is_read()
    {
        var (peer, receiver) = Connect(byteByByte: true);
        receiver.Grant(0, 0, BlockBytes);
        foreach (var one in Header(slot: 0, total: 256))
            peer.Send([one]);
        receiver.TryReceive(out var landing, FabricPair.Watchdog).ShouldBeTrue();
        landing.ShouldBe(new Landing(0, 256));
    }

    [Fact]
    public void A_peer_that_dies_inside_a_frame_is_gone_and_no_frame_is_reported()
    {
        var random = new Random(Seed.Take(nameof(A_peer_that_dies_inside_a_frame_is_gone_and_no_frame_is_reported)));
        for (var turn = 0; turn < 30; turn++)
        {
            var (peer, receiver) = Connect();
            receiver.Grant(0, 0, BlockBytes);
            var frame = new byte[10_240];
            Header(slot: 0, total: (ulong)frame.Length).CopyTo(frame, 0);
            peer.Send(frame.AsSpan(0, random.Next(frame.Length)));
            peer.Close(timeout: random.Next(2));
            Should.Throw<FabricException>(() => receiver.TryReceive(out _, FabricPair.Watchdog)).Error.ShouldBe(FabricError.PeerGone);
            Should.Throw<FabricException>(() => receiver.TryReceive(out _, FabricPair.Watchdog)).Error.ShouldBe(FabricError.PeerGone);
        }
    }

    [Fact]
    public void A_peer_that_falls_silent_inside_a_frame_holds_up_no_caller_and_can_go_on()
    {
        var (peer, receiver) = Connect();
        receiver.Grant(0, 0, BlockBytes);
        var frame = new byte[4096];
        Header(slot: 0, total: (ulong)frame.Length).CopyTo(frame, 0);
        var sent = 0;
        foreach (var until in (int[])[100, 256, 257, 4000])
        {
            peer.Send(frame.AsSpan(sent, until - sent));
            sent = until;
            receiver.TryReceive(out _, TimeSpan.FromMilliseconds(20)).ShouldBeFalse();
            receiver.TryReceive(out _, TimeSpan.Zero).ShouldBeFalse();
        }
        peer.Send(frame.AsSpan(sent));
        receiver.TryReceive(out var landing, FabricPair.Watchdog).ShouldBeTrue();
        landing.LengthBytes.ShouldBe(4096);
    }

    [Fact]
    public void A_header_of_another_epoch_or_of_an_odd_length_is_malformed()
    {
        ErrorOf(Header(slot: 0, total: 256, epoch: Epoch + 1)).ShouldBe(FabricError.Malformed);
        ErrorOf(Header(slot: 0, total: 255)).ShouldBe(FabricError.Malformed);
        ErrorOf(Header(slot: 0, total: 257)).ShouldBe(FabricError.Malformed);
        ErrorOf(Header(slot: 0, total: 0)).ShouldBe(FabricError.Malformed);
        ErrorOf(Header(slot: 0, total: 1ul << 63)).ShouldBe(FabricError.GrantViolation);
        ErrorOf(Header(slot: 0, total: (1ul << 32) + 256)).ShouldBe(FabricError.GrantViolation);
        ErrorOf(new byte[256]).ShouldBe(FabricError.Malformed);
    }

    [Fact]
    public void A_landed_frame_whose_checksum_is_wrong_is_refused()
    {
        var header = Header(slot: 0, total: 320);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(FrameHeaderPrefix.FlagsOffset), FrameHeaderPrefix.ChecksumPresent);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(FrameHeaderPrefix.SegmentCountOffset), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(FrameHeaderPrefix.SegmentTableOffset), 256);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(FrameHeaderPrefix.SegmentTableOffset + 4), 64);
        ErrorOf([.. header, .. new byte[64]]).ShouldBe(FabricError.Corrupted);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(FrameHeaderPrefix.SegmentTableOffset + 4), uint.MaxValue);
        ErrorOf([.. header, .. new byte[64]]).ShouldBe(FabricError.Malformed);
    }

    [Fact]
    public void Whatever_header_comes_only_a_granted_block_is_written_and_only_within_its_size()
    {
        var random = new Random(Seed.Take(nameof(Whatever_header_comes_only_a_granted_block_is_written_and_only_within_its_size)));
        for (var turn = 0; turn < 400; turn++)
        {
            _area.Fill(TestArea.Untouched);
            var (peer, receiver) = Connect();
            receiver.Grant(1, BlockBytes, 4096);
            var bytes = RandomBytes(random);
            peer.Send(bytes);
            peer.Shutdown(SocketShutdown.Send);
            DrainUntilError(receiver);
            receiver.Dispose();
            peer.Dispose();
            _area.Block(0).IndexOfAnyExcept(TestArea.Untouched).ShouldBe(-1);
            _area.Block(1)[4096..].IndexOfAnyExcept(TestArea.Untouched).ShouldBe(-1);
            _area.Bytes[(2 * BlockBytes)..].IndexOfAnyExcept(TestArea.Untouched).ShouldBe(-1);
        }
    }

    /// <summary>A right header with a few bytes hit, or noise; always with a body behind it.</summary>
    private static byte[] RandomBytes(Random random)
    {
        var bytes = new byte[256 + random.Next(8192)];
        random.NextBytes(bytes);
        if (random.Next(8) == 0)
            return bytes;
        Header((uint)random.Next(3), (ulong)(random.Next(70) * 64)).CopyTo(bytes, 0);
        for (var hits = random.Next(4); hits > 0; hits--)
            bytes[random.Next(104)] = (byte)random.Next(256);
        return bytes;
    }

    private static void DrainUntilError(IFabricReceiver receiver)
    {
        try
        {
            while (receiver.TryReceive(out var landing, FabricPair.Watchdog))
                landing.ShouldSatisfyAllConditions(() => landing.Slot.ShouldBe(1u), () => landing.LengthBytes.ShouldBeInRange(256, 4096));
        }
        catch (FabricException)
        {
        }
    }

    private FabricError ErrorOf(byte[] bytes)
    {
        var (peer, receiver) = Connect();
        receiver.Grant(0, 0, BlockBytes);
        peer.Send(bytes);
        return Should.Throw<FabricException>(() => receiver.TryReceive(out _, FabricPair.Watchdog)).Error;
    }

    private (Socket Peer, IFabricReceiver Receiver) Connect(bool byteByByte = false)
    {
        var listener = Keep(_fabric.Listen(IPAddress.Loopback, 0, FabricOptions.Default));
        var offer = Keep(listener.Open(Epoch, [], _area.Address, _area.LengthBytes));
        var peer = Keep(Dial(listener));
        foreach (var piece in Preamble(offer).Chunk(byteByByte ? 1 : 32))
            peer.Send(piece);
        return (peer, Keep(offer.Accept(FabricPair.Watchdog)));
    }

    private static byte[] Preamble(IFabricOffer offer)
    {
        var preamble = new byte[TcpPreamble.SizeBytes];
        TcpPreamble.Write(preamble, Epoch, TcpOfferPayload.Read(offer.Bytes.Span).Token);
        return preamble;
    }

    private static byte[] Header(uint slot, ulong total, uint epoch = Epoch)
    {
        var header = new byte[FrameHeaderPrefix.SizeBytes];
        FrameHeaderPrefix.Write(header, epoch, slot, (long)total);
        return header;
    }

    private static Socket Dial(IFabricListener listener)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        socket.Connect(listener.Endpoint);
        socket.ReceiveTimeout = (int)FabricPair.Watchdog.TotalMilliseconds;
        return socket;
    }

    private static bool IsClosed(Socket socket)
    {
        try
        {
            return socket.Receive(new byte[1]) == 0;
        }
        catch (SocketException failure)
        {
            return failure.SocketErrorCode == SocketError.ConnectionReset;
        }
    }

    private T Keep<T>(T one) where T : IDisposable
    {
        _open.Add(one);
        return one;
    }
}
