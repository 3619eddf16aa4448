using K8sMediaFlow.Sdk.Tests.Fakes;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sdk.Tests;

/// <summary>Awaited calls of a chain, cancelled and resumed at random moments: every frame arrives once and in order.</summary>
public sealed class InterleavingTests : IDisposable
{
    private const int Frames = 5000;

    private readonly FakeSidecar _sidecar = new();

    public void Dispose() => _sidecar.Dispose();

    [Fact]
    public async Task Awaited_calls_that_are_cancelled_at_random_lose_nothing_and_double_nothing()
    {
        var seed = Seed.Take(nameof(Awaited_calls_that_are_cancelled_at_random_lose_nothing_and_double_nothing));
        var (source, sourceEnd) = await _sidecar.Attach("source", [], [new PortSpec("out")]);
        var (passer, passerEnd) = await _sidecar.Attach("passer", [new PortSpec("in")], [new PortSpec("out")]);
        var (sink, sinkEnd) = await _sidecar.Attach("sink", [new PortSpec("in", BySequence: true)], []);
        _sidecar.Connect(sourceEnd, passerEnd, "out", "in", 4);
        _sidecar.Connect(passerEnd, sinkEnd, "out", "in", 4, sourceEnd.Region!);
        var running = new[] { Task.Run(() => Produce(source, new Whims(seed))), Task.Run(() => Pass(passer, new Whims(seed + 1))) };
        var received = await Task.Run(() => Consume(sink, new Whims(seed + 2))).WaitAsync(Bounded.Watchdog);
        await sink.DisposeAsync();
        await Task.WhenAll(running).WaitAsync(Bounded.Watchdog);
        received.ShouldBe(Enumerable.Range(1, Frames).Select(sequence => (ulong)sequence));
    }

    private static async Task Produce(MediaOperator media, Whims whims)
    {
        for (var i = 1; i <= Frames; i++)
        {
            using var loan = await whims.Insist(token => media.Outputs[0].LoanAsync(100, token));
            loan.Payload.Fill((byte)i);
            loan.Send();
        }
        media.Outputs[0].Complete();
        await media.DisposeAsync();
    }

    private static async Task Pass(MediaOperator media, Whims whims)
    {
        while (await whims.Insist(token => media.Inputs[0].ReceiveAsync(token)) is { } frame)
        {
            using (frame)
                await whims.Insist(token => media.Outputs[0].ForwardAsync(frame, null, token));
        }
        await media.DisposeAsync();
    }

    private static async Task<List<ulong>> Consume(MediaOperator media, Whims whims)
    {
        var received = new List<ulong>();
        while (await whims.Insist(token => media.Inputs[0].ReceiveAsync(token)) is { } frame)
        {
            using (frame)
            {
                frame.Payload.IndexOfAnyExcept((byte)frame.Sequence).ShouldBe(-1);
                received.Add(frame.Sequence);
            }
        }
        return received;
    }

    /// <summary>Cancels a call at a random moment, and makes it again until it has succeeded.</summary>
    private sealed class Whims(int seed)
    {
        private readonly Random _random = new(seed);

        public async Task<T> Insist<T>(Func<CancellationToken, ValueTask<T>> call)
        {
            while (true)
            {
                using var cancellation = new CancellationTokenSource();
                try
                {
                    var calling = call(cancellation.Token);
                    await Interfere(cancellation);
                    return await calling;
                }
                catch (OperationCanceledException)
                {
                }
            }
        }

        public async Task Insist(Func<CancellationToken, ValueTask> call) => await Insist<bool>(async token =>
        {
            await call(token);
            return true;
        });

        private async Task Interfere(CancellationTokenSource cancellation)
        {
            switch (_random.Next(8))
            {
                case 0:
                    await cancellation.CancelAsync();
                    break;
                case 1:
                    cancellation.CancelAfter(TimeSpan.FromMicroseconds(_random.Next(200)));
                    break;
                case 2:
                    await Task.Yield();
                    break;
            }
        }
    }
}
