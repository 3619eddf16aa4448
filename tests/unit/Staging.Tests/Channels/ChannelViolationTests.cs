using System.Buffers.Binary;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Staging.Tests.Channels;

/// <summary>The peer writes what no correct peer writes: the channel ends with a name, and nothing else happens.</summary>
public sealed class ChannelViolationTests : IDisposable
{
    private const int DescriptorTail = 64;
    private const int DescriptorHead = 128;
    private const int ReturnTail = 192;
    private const int ReturnHead = 256;
    private const int Cells = 4096;
    private const int ReturnCells = 4096 + (4 * 128);

    private readonly TestChannel _channel = new(4);

    public void Dispose() => _channel.Dispose();

    [Theory]
    [InlineData(5ul)]
    [InlineData(ulong.MaxValue)]
    [InlineData(1ul << 63)]
    public void A_tail_beyond_the_ring_ends_the_channel(ulong tail)
    {
        _channel.WriteWord(DescriptorTail, tail);
        EndsConsumer(ChannelViolation.DescriptorTailOutOfRange);
    }

    [Fact]
    public void A_tail_that_goes_back_ends_the_channel()
    {
        _channel.Push(1);
        _channel.Push(2);
        _channel.Pop();
        _channel.Pop();
        _channel.WriteWord(DescriptorTail, 1);
        EndsConsumer(ChannelViolation.DescriptorTailOutOfRange);
    }

    [Theory]
    [InlineData(0, 16, 8, 9, ChannelViolation.TicketOutOfOrder)]
    [InlineData(0, 28, 2, 0, ChannelViolation.BadKind)]
    [InlineData(0, 28, 2, 4, ChannelViolation.BadKind)]
    [InlineData(0, 30, 2, 0, ChannelViolation.BadSegmentCount)]
    [InlineData(0, 30, 2, 4, ChannelViolation.BadSegmentCount)]
    [InlineData(0, 30, 2, 65535, ChannelViolation.BadSegmentCount)]
    [InlineData(0, 28, 2, 2, ChannelViolation.BadSegmentCount)]
    [InlineData(0, 28, 2, 3, ChannelViolation.BadSegmentCount)]
    public void A_cell_that_breaks_a_rule_ends_the_channel(int cell, int offset, int bytes, int value, ChannelViolation expected)
    {
        _channel.Push(1);
        var field = _channel.Raw.Slice(Cells + (cell * 128) + offset, bytes);
        if (bytes == 2)
            BinaryPrimitives.WriteUInt16LittleEndian(field, (ushort)value);
        else
            BinaryPrimitives.WriteUInt64LittleEndian(field, (ulong)value);
        EndsConsumer(expected);
    }

    [Theory]
    [InlineData(0u, 1ul, GapCause.Lost)]
    [InlineData(1u, ulong.MaxValue, GapCause.Lost)]
    [InlineData(1u, 1ul, GapCause.None)]
    [InlineData(1u, 1ul, (GapCause)5)]
    public void A_gap_that_explains_nothing_ends_the_channel(uint count, ulong sequence, GapCause cause)
    {
        var gap = new FrameDescriptor { Kind = FrameKind.Gap, Sequence = sequence, GapCount = count, GapCause = cause };
        _channel.Producer.TryPush(ref gap).ShouldBeTrue();
        EndsConsumer(ChannelViolation.BadGap);
    }

    [Fact]
    public void Gaps_and_ends_of_stream_that_keep_the_rules_pass()
    {
        var gap = new FrameDescriptor { Kind = FrameKind.Gap, Sequence = 5, GapCount = 3, GapCause = GapCause.Dropped };
        var end = new FrameDescriptor { Kind = FrameKind.EndOfStream };
        _channel.Producer.TryPush(ref gap).ShouldBeTrue();
        _channel.Producer.TryPush(ref end).ShouldBeTrue();
        _channel.Pop().GapCount.ShouldBe(3u);
        _channel.Pop().Kind.ShouldBe(FrameKind.EndOfStream);
    }

    [Theory]
    [InlineData(9ul)]
    [InlineData(ulong.MaxValue)]
    public void A_return_tail_beyond_the_ring_ends_the_channel(ulong tail)
    {
        _channel.WriteWord(ReturnTail, tail);
        EndsProducer(ChannelViolation.ReturnTailOutOfRange);
    }

    [Theory]
    [InlineData(0ul, 3u, ChannelViolation.UnknownTicket)]
    [InlineData(2ul, 3u, ChannelViolation.UnknownTicket)]
    [InlineData(ulong.MaxValue, 3u, ChannelViolation.UnknownTicket)]
    [InlineData(1ul, 0u, ChannelViolation.BadReturnKind)]
    [InlineData(1ul, 4u, ChannelViolation.BadReturnKind)]
    [InlineData(1ul, uint.MaxValue, ChannelViolation.BadReturnKind)]
    [InlineData(1ul, 2u, ChannelViolation.DoneBeforeReturned)]
    public void A_return_that_names_nothing_that_is_out_ends_the_channel(ulong ticket, uint kind, ChannelViolation expected)
    {
        _channel.Push(1);
        ForgeReturn(0, ticket, kind);
        EndsProducer(expected);
    }

    [Fact]
    public void A_frame_returned_twice_or_done_twice_ends_the_channel()
    {
        _channel.Push(1);
        ForgeReturn(0, 1, 1);
        _channel.Producer.TryPopReturn(out _).ShouldBeTrue();
        ForgeReturn(1, 1, 3);
        EndsProducer(ChannelViolation.ReturnedTwice);
        using var other = new TestChannel(4);
        other.Push(1);
        other.Pop();
        other.Consumer.Return(1, ReturnKind.Both);
        other.Producer.TryPopReturn(out _).ShouldBeTrue();
        BinaryPrimitives.WriteUInt64LittleEndian(other.Raw[(ReturnCells + 16)..], 1);
        BinaryPrimitives.WriteUInt32LittleEndian(other.Raw[(ReturnCells + 24)..], 2);
        other.WriteWord(ReturnTail, 2);
        other.Producer.TryPopReturn(out _).ShouldBeFalse();
        other.Producer.Violation.ShouldBe(ChannelViolation.UnknownTicket);
    }

    [Theory]
    [InlineData(0ul)]
    [InlineData(5ul)]
    [InlineData(ulong.MaxValue)]
    public void A_consumer_that_says_done_of_what_it_has_not_read_is_found_out(ulong head)
    {
        for (var ticket = 1ul; ticket <= 4; ticket++)
        {
            _channel.Push(ticket);
            ForgeReturn((int)ticket - 1, ticket, 3);
            _channel.Producer.TryPopReturn(out _).ShouldBeTrue();
        }
        _channel.WriteWord(DescriptorHead, head);
        var frame = TestChannel.Frame(5);
        _channel.Producer.TryPush(ref frame).ShouldBeFalse();
        _channel.Producer.Violation.ShouldBe(ChannelViolation.DescriptorHeadOutOfRange);
    }

    [Fact]
    public void A_producer_that_never_takes_returns_yet_pushes_on_is_found_out()
    {
        var count = 0ul;
        while (_channel.Consumer.Violation == ChannelViolation.None && count < 100)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(_channel.Raw[(Cells + ((int)(count % 4) * 128) + 8)..], count + 1);
            BinaryPrimitives.WriteUInt64LittleEndian(_channel.Raw[(Cells + ((int)(count % 4) * 128) + 16)..], count + 1);
            BinaryPrimitives.WriteUInt32LittleEndian(_channel.Raw[(Cells + ((int)(count % 4) * 128) + 28)..], 1 | (1 << 16));
            _channel.WriteWord(DescriptorTail, ++count);
            if (_channel.Consumer.TryPop(out var frame))
                _channel.Consumer.Return(frame.Ticket, ReturnKind.Both);
        }
        _channel.Consumer.Violation.ShouldBe(ChannelViolation.ReturnHeadOutOfRange);
    }

    [Fact]
    public void A_return_head_that_goes_beyond_what_was_returned_is_found_out()
    {
        _channel.WriteWord(ReturnHead, 100);
        for (var count = 0ul; count < 9 && _channel.Consumer.Violation == ChannelViolation.None; count++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(_channel.Raw[(Cells + ((int)(count % 4) * 128) + 8)..], count + 1);
            BinaryPrimitives.WriteUInt64LittleEndian(_channel.Raw[(Cells + ((int)(count % 4) * 128) + 16)..], count + 1);
            BinaryPrimitives.WriteUInt32LittleEndian(_channel.Raw[(Cells + ((int)(count % 4) * 128) + 28)..], 1 | (1 << 16));
            _channel.WriteWord(DescriptorTail, count + 1);
            _channel.Consumer.Return(_channel.Pop().Ticket, ReturnKind.Both);
        }
        _channel.Consumer.Violation.ShouldBe(ChannelViolation.ReturnHeadOutOfRange);
    }

    [Fact]
    public void A_violation_is_counted_once_and_stays()
    {
        var before = ChannelViolations.Count;
        _channel.WriteWord(DescriptorTail, 99);
        _channel.Consumer.TryPop(out _).ShouldBeFalse();
        _channel.Consumer.TryPop(out _).ShouldBeFalse();
        _channel.WriteWord(DescriptorTail, 0);
        _channel.Consumer.TryPop(out _).ShouldBeFalse();
        _channel.Consumer.HasDescriptor.ShouldBeFalse();
        _channel.Consumer.Violation.ShouldBe(ChannelViolation.DescriptorTailOutOfRange);
        ChannelViolations.Count.ShouldBeGreaterThan(before);
    }

    [Fact]
    public void Fuzz_a_peer_that_scribbles_never_makes_an_end_throw()
    {
        var random = new Random(Seed.Take(nameof(Fuzz_a_peer_that_scribbles_never_makes_an_end_throw)));
        var ended = 0;
        for (var round = 0; round < 400; round++)
        {
            using var channel = new TestChannel(1 << random.Next(4));
            var held = new List<ulong>();
            for (var step = 0; step < 200; step++)
                Step(channel, random, held);
            ended += channel.Producer.Violation != ChannelViolation.None || channel.Consumer.Violation != ChannelViolation.None ? 1 : 0;
        }
        ended.ShouldBeGreaterThan(0);
    }

    private static void Step(TestChannel channel, Random random, List<ulong> held)
    {
        var frame = TestChannel.Frame(1);
        channel.Producer.TryPush(ref frame);
        if (channel.Consumer.TryPop(out var popped))
            held.Add(popped.Ticket);
        if (held.Count > 0 && random.Next(2) == 0)
        {
            channel.Consumer.Return(held[0], ReturnKind.Both);
            held.RemoveAt(0);
        }
        channel.Producer.TryPopReturn(out _);
        channel.Observer.TryRead((ulong)random.Next(20), out _);
        if (random.Next(8) == 0)
            channel.Raw[random.Next(64, channel.Raw.Length)] = (byte)random.Next(256);
        if (random.Next(32) == 0)
            channel.WriteWord(64 * random.Next(1, 5), (ulong)random.Next(12));
    }

    private void ForgeReturn(int cell, ulong ticket, uint kind)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(_channel.Raw[(ReturnCells + (cell * 16))..], ticket);
        BinaryPrimitives.WriteUInt32LittleEndian(_channel.Raw[(ReturnCells + (cell * 16) + 8)..], kind);
        _channel.WriteWord(ReturnTail, (ulong)cell + 1);
    }

    private void EndsConsumer(ChannelViolation expected)
    {
        _channel.Consumer.TryPop(out _).ShouldBeFalse();
        _channel.Consumer.Violation.ShouldBe(expected);
    }

    private void EndsProducer(ChannelViolation expected)
    {
        _channel.Producer.TryPopReturn(out _).ShouldBeFalse();
        _channel.Producer.Violation.ShouldBe(expected);
        var frame = TestChannel.Frame(1);
        _channel.Producer.TryPush(ref frame).ShouldBeFalse();
    }
}
