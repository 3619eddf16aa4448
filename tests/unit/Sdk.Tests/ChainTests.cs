using K8sMediaFlow.Sdk.Tests.Fakes;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Sdk.Tests;

/// <summary>Several operators, in one process but over real rings, doorbells and sockets.</summary>
public sealed class ChainTests : IDisposable
{
    private readonly FakeSidecar _sidecar = new();

    public void Dispose() => _sidecar.Dispose();

    [Fact]
    public async Task A_parallel_stage_keeps_order_and_content()
    {
        const int frames = 2000;
        var (source, sourceEnd) = await _sidecar.Attach("source", [], [new PortSpec("out", Peers: 2)]);
        var (left, leftEnd) = await _sidecar.Attach("left", [new PortSpec("in")], [new PortSpec("out")]);
        var (right, rightEnd) = await _sidecar.Attach("right", [new PortSpec("in")], [new PortSpec("out")]);
        var (sink, sinkEnd) = await _sidecar.Attach("sink", [new PortSpec("in", Peers: 2, BySequence: true)], []);
        foreach (var replica in new[] { leftEnd, rightEnd })
            _sidecar.Connect(sourceEnd, replica, "out", "in", 8);
        foreach (var replica in new[] { leftEnd, rightEnd })
            _sidecar.Connect(replica, sinkEnd, "out", "in", 8, sourceEnd.Region!);
        var passing = new[] { Task.Run(() => Pass(left, drop: 7, awaits: true)), Task.Run(() => Pass(right, drop: 11)) };
        Task[] running = [Task.Run(() => Produce(source, frames)), .. passing];
        var received = await Consume(sink).WaitAsync(Bounded.Watchdog);
        await Task.WhenAll(running).WaitAsync(Bounded.Watchdog);
        received.ShouldBe(received.Order());
        received.Distinct().Count().ShouldBe(received.Count);
        received.Count.ShouldBeInRange(frames * 8 / 10, frames - 1);
        (await Figures(sink)).Lost.ShouldBe(0);
    }

    [Fact]
    public async Task A_consumer_that_dies_again_and_again_loses_nothing()
    {
        var random = new Random(Seed.Take(nameof(A_consumer_that_dies_again_and_again_loses_nothing)));
        const int frames = 300;
        var (source, sourceEnd) = await _sidecar.Attach("source", [], [new PortSpec("out")]);
        var producing = Task.Run(() => Produce(source, frames));
        var finished = new HashSet<ulong>();
        for (var life = 0; ; life++)
        {
            var (sink, sinkEnd) = await _sidecar.Attach("sink", [new PortSpec("in")], []);
            var channel = _sidecar.Connect(sourceEnd, sinkEnd, "out", "in", 8);
            var ended = ConsumeSome(sink, life < 5 ? random.Next(40) : int.MaxValue, finished);
            await sink.DisposeAsync();
            if (ended)
                break;
            sourceEnd.Close(channel);
            sourceEnd.ConsumerGone(channel);
        }
        await producing.WaitAsync(Bounded.Watchdog);
        finished.Count.ShouldBe(frames);
    }

    [Trait("Category", "Slow")]
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_sidecar_that_dies_again_and_again_loses_nothing_and_doubles_nothing(bool awaits)
    {
        var random = new Random(Seed.Take(nameof(A_sidecar_that_dies_again_and_again_loses_nothing_and_doubles_nothing)));
        const int frames = 3000;
        var plan = new Dictionary<string, (PortSpec[], PortSpec[])>
        {
            ["source"] = ([], [new PortSpec("out")]),
            ["passer"] = ([new PortSpec("in")], [new PortSpec("out")]),
            ["sink"] = ([new PortSpec("in", BySequence: true)], []),
        };
        var attaching = plan.Keys.Select(name => MediaOperator.AttachAsync(_sidecar.OptionsOf(name))).ToArray();
        Introduce(await Task.Run(() => _sidecar.WelcomeAll(plan)));
        var media = await Task.WhenAll(attaching);
        var received = new List<ulong>();
        var deathsAreOver = new TaskCompletionSource();
        var producing = Task.Run(() => Produce(media[0], frames, deathsAreOver.Task, awaits));
        var running = new[] { producing, Task.Run(() => Pass(media[1], drop: ulong.MaxValue, awaits)) };
        var consuming = Task.Run(async () => received = await Consume(media[2]));
        for (var death = 0; death < 5; death++)
        {
            Thread.Sleep(random.Next(60));
            _sidecar.DieAndComeAgain();
            Introduce(await Task.Run(() => _sidecar.WelcomeAll(plan)).WaitAsync(Bounded.Watchdog));
        }
        deathsAreOver.SetResult();
        await Task.WhenAny(Task.WhenAll([consuming, .. running]), Task.Delay(Bounded.Watchdog));
        consuming.IsCompleted.ShouldBeTrue(string.Join("\n", media.Select(one => one.Statistics)));
        await consuming;
        await Task.WhenAll(running).WaitAsync(Bounded.Watchdog);
        received.ShouldBe(Enumerable.Range(1, frames).Select(sequence => (ulong)sequence));
        await media[2].DisposeAsync();
    }

    [Fact]
    public async Task A_passer_that_dies_again_and_again_loses_nothing_and_doubles_nothing()
    {
        var random = new Random(Seed.Take(nameof(A_passer_that_dies_again_and_again_loses_nothing_and_doubles_nothing)));
        const int frames = 3000;
        var (source, sourceEnd) = await _sidecar.Attach("source", [], [new PortSpec("out")]);
        var (sink, sinkEnd) = await _sidecar.Attach("sink", [new PortSpec("in", BySequence: true)], []);
        var deathsAreOver = new TaskCompletionSource();
        var producing = Task.Run(() => Produce(source, frames, deathsAreOver.Task));
        var consuming = Task.Run(() => Consume(sink));
        for (var life = 0; life < 6; life++)
        {
            var (passer, end) = await _sidecar.Attach("passer", [new PortSpec("in")], [new PortSpec("out")]);
            var upstream = _sidecar.Connect(sourceEnd, end, "out", "in", 8);
            var downstream = _sidecar.Connect(end, sinkEnd, "out", "in", 8, sourceEnd.Region!);
            var passing = Task.Run(() => Pass(passer, drop: ulong.MaxValue, awaits: random.Next(2) == 0));
            if (life == 5)
                break;
            await Task.Delay(random.Next(60));
            await passer.DisposeAsync();
            await passing.ContinueWith(_ => { }, TaskScheduler.Default).WaitAsync(Bounded.Watchdog);
            sinkEnd.Close(downstream);
            sinkEnd.Listen(Messages.AttachMessage.Which.Goodbye).Channel.ShouldBe(downstream);
            sinkEnd.RegionGone(end.Region!);
            sourceEnd.Close(upstream);
            sourceEnd.ConsumerGone(upstream);
        }
        deathsAreOver.SetResult();
        (await consuming.WaitAsync(Bounded.Watchdog)).ShouldBe(Enumerable.Range(1, frames).Select(sequence => (ulong)sequence));
        await producing.WaitAsync(Bounded.Watchdog);
        await sink.DisposeAsync();
    }

    private void Introduce(Dictionary<string, AttachedMediaOperator> ends)
    {
        _sidecar.Connect(ends["source"], ends["passer"], "out", "in", 8);
        _sidecar.Connect(ends["passer"], ends["sink"], "out", "in", 8, ends["source"].Region!);
    }

    private static bool ConsumeSome(MediaOperator sink, int count, HashSet<ulong> finished)
    {
        for (var i = 0; i < count; i++)
        {
            using var frame = sink.Inputs["in"].Receive();
            if (frame is null)
                return true;
            finished.Add(frame.Value.Sequence);
        }
        return false;
    }

    private static async Task Produce(MediaOperator media, int frames, Task? mayEnd = null, bool awaits = false)
    {
        for (var i = 1; i <= frames; i++)
        {
            using var loan = awaits ? await media.Outputs["out"].LoanAsync(1000) : media.Outputs["out"].Loan(1000);
            loan.Payload.Fill((byte)i);
            loan.Send();
        }
        await (mayEnd ?? Task.CompletedTask);
        media.Outputs["out"].Complete();
        await media.DisposeAsync();
    }

    private static async Task Pass(MediaOperator media, ulong drop, bool awaits = false)
    {
        await foreach (var frame in media.Inputs["in"].ReadAllAsync(media.Stopping))
        {
            using (frame)
            {
                if (frame.Sequence % drop == 0)
                    continue;
                if (awaits)
                    await media.Outputs["out"].ForwardAsync(frame, static metadata => metadata.Set("passed", true));
                else
                    media.Outputs["out"].Forward(frame, static metadata => metadata.Set("passed", true));
            }
        }
        await media.DisposeAsync();
    }

    private static async Task<List<ulong>> Consume(MediaOperator media)
    {
        var received = new List<ulong>();
        await foreach (var frame in media.Inputs["in"].ReadAllAsync(media.Stopping))
        {
            using (frame)
            {
                frame.Payload.IndexOfAnyExcept((byte)frame.Sequence).ShouldBe(-1);
                frame.Metadata.TryGet("passed", out bool passed).ShouldBeTrue();
                passed.ShouldBeTrue();
                received.Add(frame.Sequence);
            }
        }
        return received;
    }

    private static async Task<MediaOperatorStatistics> Figures(MediaOperator media)
    {
        var figures = media.Statistics;
        await media.DisposeAsync();
        return figures;
    }
}
