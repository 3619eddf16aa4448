using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Staging.Tests.Channels;

/// <summary>Channels whose producer may take back what the consumer has not taken.</summary>
public sealed class TakeBackTests : IDisposable
{
    private const int Capacity = 8;

    private readonly TestChannel _channel = new(Capacity, canTakeBack: true);

    public void Dispose() => _channel.Dispose();

    [Fact]
    public void What_was_taken_back_is_not_there_any_more_and_what_follows_is()
    {
        for (var sequence = 1UL; sequence <= 4; sequence++)
            _channel.Push(sequence);
        var taken = _channel.Pop();
        _channel.Producer.Unread.ShouldBe(3);
        _channel.Producer.TakeBack(out var first).ShouldBe(3);
        first.ShouldBe(2UL);
        (_channel.Producer.NotDone, _channel.Consumer.HasDescriptor).ShouldBe((1, false));
        _channel.Consumer.TryPop(out _).ShouldBeFalse();
        _channel.Push(9);
        _channel.Pop().Sequence.ShouldBe(9UL);
        _channel.Consumer.Return(taken.Ticket, ReturnKind.Both);
        _channel.Producer.TryPopReturn(out var entry).ShouldBeTrue();
        entry.Ticket.ShouldBe(1UL);
        (_channel.Producer.Violation, _channel.Consumer.Violation).ShouldBe((ChannelViolation.None, ChannelViolation.None));
    }

    [Fact]
    public void A_plain_channel_gives_nothing_back()
    {
        using var plain = new TestChannel(Capacity);
        plain.Push(1);
        plain.Producer.Unread.ShouldBe(0);
        plain.Producer.TakeBack(out _).ShouldBe(0);
        plain.Pop().Sequence.ShouldBe(1UL);
    }

    [Fact]
    public void The_header_says_which_channels_allow_it()
    {
        ChannelHeader.TryRead(_channel.Raw, _channel.Raw.Length, out var header, out _).ShouldBeTrue();
        header.CanTakeBack.ShouldBeTrue();
        using var plain = new TestChannel(Capacity);
        ChannelHeader.TryRead(plain.Raw, plain.Raw.Length, out header, out _).ShouldBeTrue();
        header.CanTakeBack.ShouldBeFalse();
    }

    [Fact]
    public void An_observer_counts_what_the_consumer_holds_and_not_what_was_taken_back()
    {
        for (var sequence = 1UL; sequence <= 3; sequence++)
            _channel.Push(sequence);
        var first = _channel.Pop();
        _channel.Producer.TakeBack(out _).ShouldBe(2);
        _channel.Observer.CountHeld().ShouldBe(1);
        _channel.Consumer.Return(first.Ticket, ReturnKind.Returned);
        _channel.Observer.CountHeld().ShouldBe(0);
    }

    [Fact]
    public void Random_pushes_pops_and_returns_agree_with_a_model()
    {
        var random = new Random(Seed.Take(nameof(Random_pushes_pops_and_returns_agree_with_a_model)));
        var (unread, held, tickets) = (new List<ulong>(), new List<ulong>(), 0UL);
        for (var step = 0; step < 20_000; step++)
        {
            switch (random.Next(4))
            {
                case 0 when unread.Count + held.Count < Capacity:
                    _channel.Push(++tickets);
                    unread.Add(tickets);
                    break;
                case 1:
                    _channel.Consumer.TryPop(out var frame).ShouldBe(unread.Count > 0);
                    if (unread.Count > 0)
                        (frame.Ticket, frame.Sequence).ShouldBe((unread[0], unread[0]));
                    held.AddRange(unread.Take(1));
                    unread = [.. unread.Skip(1)];
                    break;
                case 2 when held.Count > 0:
                    _channel.Consumer.Return(held[^1], ReturnKind.Both);
                    _channel.Producer.TryPopReturn(out _).ShouldBeTrue();
                    held.RemoveAt(held.Count - 1);
                    break;
                case 3 when random.Next(3) == 0:
                    _channel.Producer.TakeBack(out var first).ShouldBe(unread.Count);
                    first.ShouldBe(unread.Count > 0 ? unread[0] : 0);
                    unread.Clear();
                    break;
            }
            (_channel.Producer.NotDone, _channel.Producer.Unread).ShouldBe((unread.Count + held.Count, unread.Count));
        }
    }

    [Fact]
    public void Of_two_threads_each_cell_goes_to_one()
    {
        const ulong Tickets = 100_000;
        var (popped, back) = (new List<ulong>(), new List<ulong>());
        var done = false;
        var consumer = new Thread(() =>
        {
            while (!Volatile.Read(ref done) || _channel.Consumer.HasDescriptor)
            {
                if (!_channel.Consumer.TryPop(out var frame))
                    continue;
                frame.Sequence.ShouldBe(frame.Ticket);
                popped.Add(frame.Ticket);
                _channel.Consumer.Return(frame.Ticket, ReturnKind.Both);
            }
        });
        consumer.Start();
        for (var ticket = 1UL; ticket <= Tickets; ticket++)
            PushOrTakeBack(ticket, back);
        Volatile.Write(ref done, true);
        consumer.Join(TimeSpan.FromSeconds(60)).ShouldBeTrue();
        (_channel.Producer.Violation, _channel.Consumer.Violation).ShouldBe((ChannelViolation.None, ChannelViolation.None));
        popped.ShouldBeInOrder();
        popped.Concat(back).Order().ShouldBe(Enumerable.Range(1, (int)Tickets).Select(one => (ulong)one));
        (popped.Count > 1000, back.Count > 1000).ShouldBe((true, true), $"{popped.Count} popped, {back.Count} taken back");
    }

    [Fact]
    public void A_head_that_goes_back_ends_the_channel()
    {
        _channel.Push(1);
        _channel.Pop();
        _channel.Push(2);
        _channel.Producer.TakeBack(out _).ShouldBe(1);
        _channel.Push(3);
        _channel.WriteWord(ChannelLayout.DescriptorHeadOffset, 1);
        _channel.Producer.TakeBack(out _).ShouldBe(0);
        _channel.Producer.Violation.ShouldBe(ChannelViolation.DescriptorHeadOutOfRange);
        _channel.Consumer.TryPop(out _).ShouldBeTrue();
        _channel.WriteWord(ChannelLayout.DescriptorHeadOffset, 0);
        _channel.Consumer.TryPop(out _).ShouldBeFalse();
        _channel.Consumer.Violation.ShouldBe(ChannelViolation.DescriptorTailOutOfRange);
    }

    [Fact]
    public void A_return_of_what_was_not_taken_ends_the_channel()
    {
        _channel.Push(1);
        _channel.Push(2);
        var first = _channel.Pop();
        _channel.Consumer.Return(first.Ticket, ReturnKind.Returned);
        _channel.WriteWord(_channel.Producer.Header.Layout.ReturnCellsOffset, 2);
        _channel.Producer.TryPopReturn(out var lie).ShouldBeTrue();
        lie.Ticket.ShouldBe(2UL);
        _channel.Producer.TakeBack(out _).ShouldBe(0);
        _channel.Producer.Violation.ShouldBe(ChannelViolation.UnknownTicket);
    }

    [Fact]
    public void Drops_are_counted_by_cause_and_by_both_ends()
    {
        _channel.Producer.Counters.AddProducerDrops(GapCause.Dropped, 3);
        _channel.Consumer.Counters.AddConsumerDrops(GapCause.Dropped, 2);
        _channel.Consumer.Counters.AddConsumerDrops(GapCause.Deadline, 1);
        var drops = _channel.Observer.Statistics.Drops;
        (drops[(int)GapCause.Dropped], drops[(int)GapCause.Deadline], drops[(int)GapCause.Lost]).ShouldBe((5UL, 1UL, 0UL));
    }

    private void PushOrTakeBack(ulong ticket, List<ulong> back)
    {
        var frame = TestChannel.Frame(ticket);
        while (!_channel.Producer.TryPush(ref frame))
        {
            if (_channel.Producer.TryPopReturn(out _))
                continue;
            // Half of the time the consumer is given a chance, on a machine with one free processor too.
            if (ticket % 2 == 0 && Thread.Yield())
                continue;
            for (var count = _channel.Producer.TakeBack(out var first); count > 0; count--)
                back.Add(first++);
        }
        frame.Ticket.ShouldBe(ticket);
    }
}
