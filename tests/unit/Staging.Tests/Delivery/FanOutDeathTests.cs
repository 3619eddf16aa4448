using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Delivery;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Staging.Tests.Delivery;

/// <summary>Consumers that die and come back at random, readers that let go late.</summary>
public sealed class FanOutDeathTests
{
    [Theory]
    [InlineData(FanOutDistribution.RoundRobin)]
    [InlineData(FanOutDistribution.Broadcast)]
    public void Whatever_dies_every_frame_is_returned_once_and_done_once_and_reaches_a_consumer_that_finished_it(
        FanOutDistribution distribution)
    {
        var random = new Random(Seed.Take(nameof(FanOutDeathTests)));
        for (var round = 0; round < 100; round++)
            new RandomRun(random, distribution).Run();
    }

    private sealed class RandomRun
    {
        private readonly RecordingOwner _owner = new();
        private readonly Random _random;
        private readonly FanOut _fan;
        private readonly FakeChannel?[] _channels = new FakeChannel?[3];
        private readonly List<(int Subscriber, ulong Ticket, bool Returned, ulong Sequence)> _held = [];
        private readonly List<(FakeChannel Channel, int[] Read)> _orphans = [];
        private readonly HashSet<ulong> _finished = [];
        private readonly FanOutDistribution _distribution;
        private long _nowNs = 1;

        public RandomRun(Random random, FanOutDistribution distribution)
        {
            (_random, _distribution, _fan) = (random, distribution, new FanOut(_owner, FanOutRetention.UntilDone, 16)
            {
                WindowFrames = random.Next(3, 20),
            });
            var edge = _fan.AddEdge(distribution);
            for (var subscriber = 0; subscriber < _channels.Length; subscriber++)
                _fan.AddSubscriber(edge);
        }

        public void Run()
        {
            const int frames = 100;
            for (var sent = 0; sent < frames;)
            {
                sent += _fan.TrySend(Frame(sent), sent) ? 1 : 0;
                Disturb();
                Consume();
                _fan.DrainReturns();
                if (_random.Next(4) == 0)
                    _fan.Watch(_nowNs += _random.Next(300), 500);
            }
            for (var step = 0; _fan.InFlight > 0; step++)
            {
                step.ShouldBeLessThan(100_000);
                Revive();
                LetGo();
                Consume();
                _fan.DrainReturns();
            }
            _owner.Returned.Order().ShouldBe(Enumerable.Range(0, frames));
            _owner.Done.Order().ShouldBe(Enumerable.Range(0, frames));
            _finished.Count.ShouldBe(frames);
        }

        private static FrameDescriptor Frame(int tag) => new() { Kind = FrameKind.Frame, Stream = 1, Sequence = (ulong)tag + 1 };

        private void Disturb()
        {
            if (_random.Next(20) == 0)
                Kill(_random.Next(_channels.Length));
            if (_random.Next(5) == 0 || _distribution == FanOutDistribution.Broadcast)
                Revive();
            if (_random.Next(10) == 0)
                LetGo();
        }

        private void Kill(int subscriber)
        {
            if (_channels[subscriber] is null)
                return;
            _fan.Detach(subscriber, isCompleted: false);
            _orphans.Add((_channels[subscriber]!,
                [.. _held.Where(held => held.Subscriber == subscriber && !held.Returned).Select(held => (int)held.Sequence - 1)]));
            _held.RemoveAll(held => held.Subscriber == subscriber);
            _channels[subscriber] = null;
        }

        private void LetGo()
        {
            if (_orphans.Count == 0)
                return;
            var orphan = _orphans[_random.Next(_orphans.Count)];
            _orphans.Remove(orphan);
            orphan.Read.ShouldAllBe(frame => !_owner.Done.Contains(frame));
            _fan.TakeBack(orphan.Channel);
        }

        private void Revive()
        {
            var subscriber = _random.Next(_channels.Length);
            if (_channels[subscriber] is not null)
                return;
            _channels[subscriber] = new FakeChannel(4);
            _fan.Attach(subscriber, _channels[subscriber]!);
            _fan.Pump();
        }

        private void Consume()
        {
            var subscriber = _random.Next(_channels.Length);
            if (_channels[subscriber] is { } channel && channel.TryPop(out var descriptor))
                _held.Add((subscriber, descriptor.Ticket, false, descriptor.Sequence));
            if (_held.Count == 0 || _random.Next(2) == 0)
                return;
            var index = _random.Next(_held.Count);
            var held = _held[index];
            var kind = held.Returned ? ReturnKind.Done : _random.Next(2) == 0 ? ReturnKind.Both : ReturnKind.Returned;
            _channels[held.Subscriber]!.Return(held.Ticket, kind);
            if ((kind & ReturnKind.Done) == 0)
                _held[index] = held with { Returned = true };
            else
                _held.RemoveAt(index);
            if ((kind & ReturnKind.Done) != 0)
                _finished.Add(held.Sequence);
        }
    }
}
