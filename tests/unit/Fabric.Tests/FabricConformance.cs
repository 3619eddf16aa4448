using System.Net;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Fabric.Tests;

/// <summary>What every fabric promises. One subclass per fabric.</summary>
public abstract partial class FabricConformance : IDisposable
{
    private const int BlockBytes = 1 << 18;
    private const int BlockCount = 8;

    private readonly IFabric _fabric;
    private readonly IDisposable _registration;
    private readonly TestArea _source = new(BlockBytes, 4);
    private readonly TestArea _area = new(BlockBytes, BlockCount);

    protected FabricConformance()
    {
        _fabric = Create();
        _registration = _fabric.Register(_source.Address, _source.LengthBytes);
    }

    /// <summary>
    /// Whether a write beyond the grants is kept out of the area. One-sided writes are found out when they have landed: then the connection
    /// ends.
    /// </summary>
    protected virtual bool KeepsStrayWritesOut => true;

    /// <summary>At as many random moments a connection is aborted.</summary>
    protected virtual int AbortsTried => 60;

    protected abstract IFabric Create();

    public void Dispose()
    {
        _registration.Dispose();
        _fabric.Dispose();
        GC.SuppressFinalize(this);
    }

    [Fact]
    public void A_block_that_is_kept_holds_up_none_of_the_others()
    {
        const ulong frames = 20_000;
        using var pair = new FabricPair(_fabric, _area);
        for (var slot = 0u; slot < BlockCount; slot++)
            pair.Grant(slot);
        var free = new Queue<uint>(Enumerable.Range(0, BlockCount).Select(slot => (uint)slot));
        for (var number = 1ul; number <= frames; number++)
        {
            pair.Write(TestFrame.Of(FabricPair.Epoch, free.Dequeue(), number), number);
            pair.PollAll(1);
            var landing = pair.Receive();
            if (number == 1)
                continue;
            pair.Grant(landing.Slot);
            free.Enqueue(landing.Slot);
        }
        free.Count.ShouldBe(BlockCount - 1);
    }

    [Fact]
    public void No_more_grants_can_be_outstanding_than_a_receiver_says()
    {
        using var pair = new FabricPair(_fabric, _area, FabricOptions.Default with { GrantsMax = 3 });
        pair.Receiver.GrantsMax.ShouldBe(3);
        for (var slot = 0u; slot < 3; slot++)
            pair.Grant(slot);
        Should.Throw<InvalidOperationException>(() => pair.Grant(3));
        pair.Write(TestFrame.Of(FabricPair.Epoch, 1, 1), 1);
        pair.Receive();
        pair.Grant(3);
    }

    [Fact]
    public void Frames_arrive_once_in_order_and_intact_whatever_their_parts()
    {
        var random = new Random(Seed.Take(nameof(Frames_arrive_once_in_order_and_intact_whatever_their_parts)));
        random.NextBytes(_source.Bytes);
        using var pair = new FabricPair(_fabric, _area);
        var frames = Enumerable.Range(1, 300).Select(number => RandomFrame(random, (ulong)number)).ToArray();
        using var granted = new SemaphoreSlim(0);
        var writing = Watched.Start(() =>
        {
            foreach (var frame in frames)
            {
                granted.Wait(FabricPair.Watchdog).ShouldBeTrue();
                pair.Write(frame, TestFrame.Number(frame.Header));
                pair.PollAll(1);
            }
        });
        for (var slot = 0u; slot < BlockCount; slot++)
            pair.Grant(slot);
        granted.Release(BlockCount);
        foreach (var frame in frames)
        {
            var landing = pair.Receive();
            landing.ShouldBe(new Landing(frame.Slot, frame.TotalBytes));
            _area.Block(landing.Slot)[..landing.LengthBytes].SequenceEqual(frame.Expected(_source)).ShouldBeTrue();
            pair.Grant(landing.Slot);
            granted.Release();
        }
        writing.Join();
        pair.Receiver.TryReceive(out _, TimeSpan.Zero).ShouldBeFalse();
    }

    [Theory]
    [InlineData()]
    [InlineData(0)]
    [InlineData(0, 0, 0)]
    [InlineData(1)]
    [InlineData(63, 64, 65)]
    [InlineData(0, 4097, 0)]
    [InlineData(100_001, 0, 1)]
    public void Parts_of_no_and_of_odd_length_are_padded_with_zeroes(params int[] lengths)
    {
        new Random(1).NextBytes(_source.Bytes);
        using var pair = new FabricPair(_fabric, _area);
        pair.Grant(3);
        var frame = TestFrame.Of(FabricPair.Epoch, 3, 1, [.. lengths.Select((length, index) => _source.Part(index * 77, length))]);
        pair.Write(frame, tag: 5);
        var landing = pair.Receive();
        landing.LengthBytes.ShouldBe(frame.TotalBytes);
        _area.Block(3)[..landing.LengthBytes].ToArray().ShouldBe(frame.Expected(_source));
        _area.Block(3)[landing.LengthBytes..].IndexOfAnyExcept(TestArea.Untouched).ShouldBe(-1);
    }

    [Fact]
    public void A_frame_that_fills_its_block_to_the_last_byte_arrives()
    {
        using var pair = new FabricPair(_fabric, _area);
        pair.Grant(0);
        var frame = TestFrame.Of(FabricPair.Epoch, 0, 1, _source.Part(0, BlockBytes - FrameHeaderPrefix.SizeBytes));
        pair.Write(frame);
        pair.Receive().LengthBytes.ShouldBe(BlockBytes);
        _area.Block(0).SequenceEqual(frame.Expected(_source)).ShouldBeTrue();
    }

    [Fact]
    public void A_frame_larger_than_its_grant_never_leaves_and_the_connection_lives_on()
    {
        using var pair = new FabricPair(_fabric, _area);
        pair.Grant(0);
        var large = TestFrame.Of(FabricPair.Epoch, 0, 1, _source.Part(0, BlockBytes));
        Should.Throw<FabricException>(() => pair.Write(large)).Error.ShouldBe(FabricError.TooLarge);
        pair.Sender.WritesInFlight.ShouldBe(0);
        pair.Write(TestFrame.Of(FabricPair.Epoch, 0, 2, _source.Part(0, 100)));
        pair.Receive().Slot.ShouldBe(0u);
    }

    [Fact]
    public void A_transfer_larger_than_the_grant_is_refused()
    {
        using var pair = new FabricPair(_fabric, _area);
        pair.Grant(0);
        var lie = TestFrame.Of(FabricPair.Epoch, 0, 1, _source.Part(0, BlockBytes));
        pair.Write(lie, sizeBytes: int.MaxValue);
        pair.ReceiveUntilError().ShouldBe(FabricError.GrantViolation);
        _area.IsFilledWith(TestArea.Untouched).ShouldBe(KeepsStrayWritesOut);
        pair.PollUntilError().ShouldBe(FabricError.PeerGone);
    }

    [Fact]
    public void A_transfer_into_a_slot_that_is_not_granted_is_refused()
    {
        using var pair = new FabricPair(_fabric, _area);
        pair.Grant(0);
        pair.Write(TestFrame.Of(FabricPair.Epoch, 1, 1, _source.Part(0, 1000)));
        pair.ReceiveUntilError().ShouldBe(FabricError.GrantViolation);
        _area.IsFilledWith(TestArea.Untouched).ShouldBe(KeepsStrayWritesOut);
        pair.PollUntilError().ShouldBe(FabricError.PeerGone);
    }

    [Fact]
    public void A_grant_is_good_for_one_landing()
    {
        using var pair = new FabricPair(_fabric, _area);
        pair.Grant(2);
        pair.Write(TestFrame.Of(FabricPair.Epoch, 2, 1, _source.Part(0, 1000)), 1);
        pair.Write(TestFrame.Of(FabricPair.Epoch, 2, 2, _source.Part(0, 1000)), 2);
        pair.Receive().Slot.ShouldBe(2u);
        pair.ReceiveUntilError().ShouldBe(FabricError.GrantViolation);
        TestFrame.Number(_area.Block(2)).ShouldBe(KeepsStrayWritesOut ? 1ul : 2ul);
    }

    [Fact]
    public void Granting_a_slot_twice_is_the_granters_own_error()
    {
        using var pair = new FabricPair(_fabric, _area);
        pair.Grant(0);
        Should.Throw<InvalidOperationException>(() => pair.Grant(0));
        Should.Throw<ArgumentOutOfRangeException>(() => pair.Receiver.Grant(1, _area.LengthBytes, 4096));
        Should.Throw<ArgumentOutOfRangeException>(() => pair.Receiver.Grant(1, 32, 4096));
        Should.Throw<ArgumentOutOfRangeException>(() => pair.Receiver.Grant(1, 0, 128));
    }

    [Fact]
    public void A_header_that_contradicts_the_call_is_the_writers_own_error()
    {
        using var pair = new FabricPair(_fabric, _area);
        var frame = TestFrame.Of(FabricPair.Epoch + 1, 0, 1, _source.Part(0, 64));
        Should.Throw<InvalidOperationException>(() => pair.Write(frame));
        var other = TestFrame.Of(FabricPair.Epoch, 0, 1, _source.Part(0, 64));
        Should.Throw<InvalidOperationException>(() => pair.Sender.Write(1, 0, BlockBytes, other.Header, other.Segments, 0));
        Should.Throw<InvalidOperationException>(() => pair.Sender.Write(0, 0, BlockBytes, other.Header, [], 0));
        Should.Throw<InvalidOperationException>(() => pair.Sender.Write(0, 0, BlockBytes, other.Header.AsSpan(1), other.Segments, 0));
    }

    [Fact]
    public void Completions_come_in_order_several_at_a_time_and_never_outnumber_the_queue()
    {
        using var pair = new FabricPair(_fabric, _area, new FabricOptions { WritesInFlightMax = 4 });
        for (var slot = 0u; slot < 5; slot++)
            pair.Grant(slot);
        for (var slot = 0u; slot < 4; slot++)
            pair.Write(TestFrame.Of(FabricPair.Epoch, slot, slot), tag: 100 + slot);
        pair.Sender.WritesInFlight.ShouldBe(4);
        Should.Throw<InvalidOperationException>(() => pair.Write(TestFrame.Of(FabricPair.Epoch, 4, 4), tag: 104));
        for (var slot = 0u; slot < 4; slot++)
            pair.Receive().Slot.ShouldBe(slot);
        // A device's acknowledgements may come one by one.
        var tags = new ulong[3];
        var seen = new List<ulong>();
        while (seen.Count < 4)
        {
            var count = pair.Sender.Poll(tags, FabricPair.Watchdog);
            count.ShouldBeInRange(1, 3);
            seen.AddRange(tags.Take(count));
            pair.Sender.WritesInFlight.ShouldBe(4 - seen.Count);
        }
        seen.ShouldBe([100ul, 101ul, 102ul, 103ul]);
        pair.Write(TestFrame.Of(FabricPair.Epoch, 4, 4), tag: 104);
        pair.Receive().Slot.ShouldBe(4u);
    }

    [Fact]
    public void A_checksum_travels_with_the_frame_where_it_is_asked_for()
    {
        new Random(3).NextBytes(_source.Bytes);
        using var pair = new FabricPair(_fabric, _area, new FabricOptions { Checksum = true });
        pair.Grant(0);
        pair.Write(TestFrame.Of(FabricPair.Epoch, 0, 1, _source.Part(5, 10_001), _source.Part(20_000, 77)));
        pair.Receive();
        var flags = BitConverter.ToUInt32(_area.Block(0)[FrameHeaderPrefix.FlagsOffset..]);
        (flags & FrameHeaderPrefix.ChecksumPresent).ShouldNotBe(0u);
    }

    [Fact]
    public void Many_links_at_once_share_one_listener()
    {
        using var listener = _fabric.Listen(IPAddress.Loopback, 0, FabricOptions.Default);
        var links = Enumerable.Range(0, 24).Select(number => Watched.Start(() => RunOneOfMany(listener, (uint)number))).ToArray();
        foreach (var link in links)
            link.Join();
    }

    private void RunOneOfMany(IFabricListener listener, uint number)
    {
        var area = new TestArea(4096, 4);
        var source = new TestArea(4096, 1);
        source.Fill((byte)number);
        using var registration = _fabric.Register(source.Address, source.LengthBytes);
        using var proposal = _fabric.Propose(FabricOptions.Default);
        using var offer = listener.Open(number, proposal.Bytes.Span, area.Address, area.LengthBytes);
        using var sender = proposal.Connect(offer.Bytes.Span, FabricPair.Watchdog);
        using var receiver = offer.Accept(FabricPair.Watchdog);
        for (var turn = 0u; turn < 50; turn++)
        {
            var slot = turn % 4;
            receiver.Grant(slot, area.Offset(slot), 4096);
            var frame = TestFrame.Of(number, slot, turn, source.Part(0, 2000));
            sender.Write(slot, area.Offset(slot), 4096, frame.Header, frame.Segments, turn);
            receiver.TryReceive(out var landing, FabricPair.Watchdog).ShouldBeTrue();
            sender.Poll(new ulong[4], FabricPair.Watchdog).ShouldBe(1);
            area.Block(landing.Slot)[..landing.LengthBytes].SequenceEqual(frame.Expected(source)).ShouldBeTrue();
        }
    }

    private TestFrame RandomFrame(Random random, ulong number)
    {
        var segments = Enumerable.Range(0, random.Next(4)).Select(_ => RandomPart(random)).ToArray();
        return TestFrame.Of(FabricPair.Epoch, (uint)((number - 1) % BlockCount), number, segments);
    }

    private MemoryPart RandomPart(Random random)
    {
        var length = random.Next(4) switch { 0 => 0, 1 => random.Next(200), 2 => random.Next(5000), _ => random.Next(80_000) };
        return _source.Part(random.Next(_source.LengthBytes - length), length);
    }
}
