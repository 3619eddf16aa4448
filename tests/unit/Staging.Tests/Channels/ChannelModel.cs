using K8sMediaFlow.Staging.Channels;

namespace K8sMediaFlow.Staging.Tests.Channels;

/// <summary>Drives a channel at random beside collections that say what should happen.</summary>
internal sealed class ChannelModel(TestChannel channel, Random random)
{
    private readonly Queue<ulong> _inRing = new();
    private readonly List<ulong> _borrowed = [];
    private readonly List<ulong> _returned = [];
    private readonly Queue<(ulong, ReturnKind)> _returns = new();
    private int _notDone;
    private ulong _tickets;

    public void Run(int steps)
    {
        for (var step = 0; step < steps; step++)
        {
            switch (random.Next(4))
            {
                case 0: Push(); break;
                case 1: Pop(); break;
                case 2: Return(); break;
                default: PopReturn(); break;
            }
            channel.Producer.NotDone.ShouldBe(_notDone);
            channel.Consumer.NotDone.ShouldBe(_borrowed.Count + _returned.Count);
            channel.Consumer.NotReturned.ShouldBe(_borrowed.Count);
        }
    }

    private void Push()
    {
        var frame = TestChannel.Frame(_tickets + 1);
        channel.Producer.TryPush(ref frame).ShouldBe(_notDone < channel.Producer.Capacity);
        if (_notDone == channel.Producer.Capacity)
            return;
        frame.Ticket.ShouldBe(++_tickets);
        _inRing.Enqueue(_tickets);
        _notDone++;
    }

    private void Pop()
    {
        channel.Consumer.HasDescriptor.ShouldBe(_inRing.Count > 0);
        channel.Consumer.TryPop(out var frame).ShouldBe(_inRing.Count > 0);
        if (_inRing.TryDequeue(out var ticket))
        {
            frame.Ticket.ShouldBe(ticket);
            _borrowed.Add(ticket);
        }
    }

    private void Return()
    {
        var isSecond = random.Next(2) == 0;
        var from = isSecond ? _returned : _borrowed;
        if (from.Count == 0)
            return;
        var index = random.Next(from.Count);
        var ticket = from[index];
        from.RemoveAt(index);
        var kind = isSecond ? ReturnKind.Done : random.Next(2) == 0 ? ReturnKind.Both : ReturnKind.Returned;
        if (kind == ReturnKind.Returned)
            _returned.Add(ticket);
        channel.Consumer.Return(ticket, kind);
        _returns.Enqueue((ticket, kind));
    }

    private void PopReturn()
    {
        channel.Producer.TryPopReturn(out var entry).ShouldBe(_returns.Count > 0);
        if (!_returns.TryDequeue(out var expected))
            return;
        (entry.Ticket, entry.Kind).ShouldBe(expected);
        if ((entry.Kind & ReturnKind.Done) != 0)
            _notDone--;
    }
}
