using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Staging.Tests.Channels;

public sealed class ChannelTests : IDisposable
{
    private readonly TestChannel _channel = new(4);

    public void Dispose() => _channel.Dispose();

    [Fact]
    public void Frames_come_out_in_order_with_tickets_from_one()
    {
        for (var sequence = 1ul; sequence <= 4; sequence++)
            _channel.Push(sequence * 10);
        for (var ticket = 1ul; ticket <= 4; ticket++)
        {
            var frame = _channel.Pop();
            (frame.Ticket, frame.Sequence, frame.Segment(0).Block).ShouldBe((ticket, ticket * 10, (uint)ticket * 10));
        }
        _channel.Consumer.TryPop(out _).ShouldBeFalse();
        _channel.Consumer.Violation.ShouldBe(ChannelViolation.None);
    }

    [Fact]
    public void A_push_is_refused_while_as_many_frames_as_fit_are_not_done()
    {
        for (var sequence = 1ul; sequence <= 4; sequence++)
            _channel.Push(sequence);
        Refused();
        _channel.Consumer.Return(_channel.Pop().Ticket, ReturnKind.Returned);
        _channel.Producer.TryPopReturn(out _).ShouldBeTrue();
        Refused();
        _channel.Consumer.Return(1, ReturnKind.Done);
        _channel.Producer.TryPopReturn(out var done).ShouldBeTrue();
        (done.Ticket, done.Kind).ShouldBe((1ul, ReturnKind.Done));
        _channel.Push(5);
    }

    [Fact]
    public void Returned_and_done_are_told_apart_at_both_ends()
    {
        _channel.Push(1);
        _channel.Push(2);
        (_channel.Producer.NotReturned, _channel.Producer.NotDone).ShouldBe((2, 2));
        _channel.Pop();
        _channel.Pop();
        _channel.Consumer.Return(2, ReturnKind.Returned);
        _channel.Consumer.Return(1, ReturnKind.Both);
        (_channel.Consumer.NotReturned, _channel.Consumer.NotDone).ShouldBe((0, 1));
        _channel.Producer.TryPopReturn(out var first).ShouldBeTrue();
        _channel.Producer.TryPopReturn(out var second).ShouldBeTrue();
        _channel.Producer.TryPopReturn(out _).ShouldBeFalse();
        (first.Ticket, first.Kind, second.Ticket, second.Kind).ShouldBe((2ul, ReturnKind.Returned, 1ul, ReturnKind.Both));
        (_channel.Producer.NotReturned, _channel.Producer.NotDone).ShouldBe((0, 1));
    }

    [Fact]
    public void A_return_never_waits_however_late_the_producer_looks()
    {
        for (var round = 0; round < 3; round++)
        {
            for (var sequence = 1ul; sequence <= 4; sequence++)
                _channel.Push(sequence);
            for (var count = 0; count < 4; count++)
                _channel.Consumer.Return(_channel.Pop().Ticket, ReturnKind.Returned);
            for (var count = 4; count > 0; count--)
                _channel.Consumer.Return((ulong)((round * 4) + count), ReturnKind.Done);
            for (var count = 0; count < 8; count++)
                _channel.Producer.TryPopReturn(out _).ShouldBeTrue();
        }
        _channel.Producer.NotDone.ShouldBe(0);
        _channel.Consumer.Violation.ShouldBe(ChannelViolation.None);
    }

    [Fact]
    public void What_is_out_can_be_listed_for_taking_it_back()
    {
        for (var sequence = 1ul; sequence <= 3; sequence++)
            _channel.Push(sequence);
        for (var count = 0; count < 3; count++)
            _channel.Pop();
        _channel.Consumer.Return(2, ReturnKind.Both);
        _channel.Consumer.Return(3, ReturnKind.Returned);
        while (_channel.Producer.TryPopReturn(out _))
        {
        }
        var outstanding = new (ulong Ticket, bool IsReturned)[4];
        _channel.Producer.CopyOutstanding(outstanding).ShouldBe(2);
        outstanding[..2].ShouldBe([(1ul, false), (3ul, true)]);
    }

    [Fact]
    public void Returning_what_one_does_not_hold_breaks_an_invariant()
    {
        _channel.Push(1);
        _channel.Pop();
        Should.Throw<InvariantException>(() => _channel.Consumer.Return(2, ReturnKind.Both));
        Should.Throw<InvariantException>(() => _channel.Consumer.Return(1, ReturnKind.Done));
        _channel.Consumer.Return(1, ReturnKind.Returned);
        Should.Throw<InvariantException>(() => _channel.Consumer.Return(1, ReturnKind.Returned));
        Should.Throw<InvariantException>(() => _channel.Consumer.Return(1, ReturnKind.None));
        _channel.Consumer.Return(1, ReturnKind.Done);
        Should.Throw<InvariantException>(() => _channel.Consumer.Return(1, ReturnKind.Done));
    }

    [Fact]
    public void Random_use_agrees_with_a_simple_model()
    {
        var random = new Random(Seed.Take(nameof(Random_use_agrees_with_a_simple_model)));
        foreach (var capacity in new[] { 1, 2, 8, 64 })
        {
            using var channel = new TestChannel(capacity);
            new ChannelModel(channel, random).Run(20_000);
        }
    }

    [Fact]
    public async Task Two_threads_move_every_frame_once_and_in_order()
    {
        const int Frames = 300_000;
        using var channel = new TestChannel(16);
        var consuming = Task.Run(() =>
        {
            for (var expected = 1ul; expected <= Frames; expected++)
            {
                FrameDescriptor frame;
                while (!channel.Consumer.TryPop(out frame))
                    Thread.Yield();
                frame.Sequence.ShouldBe(expected);
                frame.Segment(0).Block.ShouldBe((uint)expected);
                channel.Consumer.Return(frame.Ticket, ReturnKind.Both);
            }
        });
        for (var sequence = 1ul; sequence <= Frames; sequence++)
        {
            var frame = TestChannel.Frame(sequence);
            while (!channel.Producer.TryPush(ref frame))
            {
                if (!channel.Producer.TryPopReturn(out _))
                    Thread.Yield();
                channel.Producer.Violation.ShouldBe(ChannelViolation.None);
                consuming.IsFaulted.ShouldBeFalse();
            }
        }
        await consuming.WaitAsync(Hang.Bound);
    }

    private void Refused()
    {
        var frame = TestChannel.Frame(99);
        _channel.Producer.TryPush(ref frame).ShouldBeFalse();
        _channel.Producer.Violation.ShouldBe(ChannelViolation.None);
    }
}
