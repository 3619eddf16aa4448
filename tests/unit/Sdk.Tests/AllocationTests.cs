using System.Runtime.CompilerServices;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Sdk.Tests.Fakes;

namespace K8sMediaFlow.Sdk.Tests;

/// <summary>Bytes per frame, not time: the steady state allocates nothing.</summary>
[CollectionDefinition(nameof(AllocationTests), DisableParallelization = true)]
[Collection(nameof(AllocationTests))]
public sealed class AllocationTests : IDisposable
{
    private const int Warm = 3000;
    private const int Measured = 10_000;

    private readonly FakeSidecar _sidecar = new();

    public void Dispose() => _sidecar.Dispose();

    [Fact]
    public async Task Loan_send_receive_forward_and_dispose_allocate_nothing_per_frame()
    {
        var (source, passer, sink) = await Chain();
        await using var _ = source;
        await using var __ = passer;
        await using var ___ = sink;
        for (var i = 0; i < Warm; i++)
            Round(source, passer, sink);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Measured; i++)
            Round(source, passer, sink);
        // Less than a byte per frame: a pool may still meet its largest use and grow once.
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(Measured);
    }

    [Fact]
    public async Task Asynchronous_reading_allocates_nothing_per_frame()
    {
        var (source, passer, sink) = await Chain();
        await using var _ = source;
        await using var __ = passer;
        await using var ___ = sink;
        var received = new StrongBox<int>();
        var passing = Task.Run(() => Pass(passer));
        var reading = Task.Run(() => Count(sink, received));
        Feed(source, Warm, received);
        var before = GC.GetTotalAllocatedBytes(precise: true);
        Feed(source, 10 * Measured, received);
        var perFrame = (GC.GetTotalAllocatedBytes(precise: true) - before) / (10.0 * Measured);
        // The whole process is measured, the test runner's own threads included: so many frames that their noise is small.
        perFrame.ShouldBeLessThan(8);
        (passing.IsCompleted, reading.IsCompleted).ShouldBe((false, false));
    }

    [Fact]
    public async Task Awaited_calls_allocate_nothing_per_frame_though_every_receive_waits()
    {
        var (source, passer, sink) = await Chain();
        await using var _ = source;
        await using var __ = passer;
        await using var ___ = sink;
        await Task.Run(() => Rounds(source, passer, sink, Warm));
        var before = GC.GetTotalAllocatedBytes(precise: true);
        var waits = await Task.Run(() => Rounds(source, passer, sink, 3 * Measured));
        var perFrame = (GC.GetTotalAllocatedBytes(precise: true) - before) / (3.0 * Measured);
        perFrame.ShouldBeLessThan(8);
        waits.ShouldBe(2 * 3 * Measured);
    }

    // Both receives of a round are begun before there is a frame.
    private static async Task<int> Rounds(MediaOperator source, MediaOperator passer, MediaOperator sink, int rounds)
    {
        var waits = 0;
        for (var i = 0; i < rounds; i++)
        {
            var passing = passer.Inputs[0].ReceiveAsync();
            var sinking = sink.Inputs[0].ReceiveAsync();
            waits += (passing.IsCompleted ? 0 : 1) + (sinking.IsCompleted ? 0 : 1);
            using (var loan = await source.Outputs[0].LoanAsync(1000))
                loan.Send();
            using (var frame = (await passing)!.Value)
                await passer.Outputs[0].ForwardAsync(frame, static metadata => metadata.Set("score", 0.25));
            (await sinking)!.Value.Dispose();
        }
        return waits;
    }

    [Fact]
    public async Task Awaited_loans_and_forwards_under_back_pressure_allocate_nothing_per_frame()
    {
        var (source, passer, sink) = await Chain();
        await using var _ = source;
        await using var __ = passer;
        await using var ___ = sink;
        var received = new StrongBox<int>();
        var counting = Task.Run(() => CountSlowly(sink, received));
        Task[] running = [Task.Run(() => FeedAsync(source)), Task.Run(() => PassAsync(passer)), counting];
        Bounded.Await(() => Volatile.Read(ref received.Value) > Warm);
        var (before, first) = (GC.GetTotalAllocatedBytes(precise: true), Volatile.Read(ref received.Value));
        Bounded.Await(() => Volatile.Read(ref received.Value) > first + 3 * Measured);
        var frames = Volatile.Read(ref received.Value) - first;
        ((GC.GetTotalAllocatedBytes(precise: true) - before) / (double)frames).ShouldBeLessThan(8);
        running.ShouldAllBe(one => !one.IsCompleted);
    }

    private static async Task FeedAsync(MediaOperator source)
    {
        while (true)
        {
            using var loan = await source.Outputs[0].LoanAsync(1000);
            loan.Send();
        }
    }

    private static async Task PassAsync(MediaOperator passer)
    {
        await foreach (var frame in passer.Inputs[0].ReadAllAsync(passer.Stopping))
        {
            using (frame)
                await passer.Outputs[0].ForwardAsync(frame, static metadata => metadata.Set("score", 0.25));
        }
    }

    // Slower than its producers, which have to wait.
    private static async Task CountSlowly(MediaOperator sink, StrongBox<int> received)
    {
        while (await sink.Inputs[0].ReceiveAsync() is { } frame)
        {
            Thread.SpinWait(100);
            frame.Dispose();
            Interlocked.Increment(ref received.Value);
        }
    }

    private static async Task Pass(MediaOperator passer)
    {
        await foreach (var frame in passer.Inputs["in"].ReadAllAsync(passer.Stopping))
        {
            using (frame)
                passer.Outputs["out"].Forward(frame, static metadata => metadata.Set("score", 0.25));
        }
    }

    private static async Task Count(MediaOperator sink, StrongBox<int> received)
    {
        await foreach (var frame in sink.Inputs["in"].ReadAllAsync(sink.Stopping))
        {
            frame.Dispose();
            Interlocked.Increment(ref received.Value);
        }
    }

    private static void Feed(MediaOperator source, int count, StrongBox<int> received)
    {
        var target = Volatile.Read(ref received.Value) + count;
        for (var i = 0; i < count; i++)
        {
            using var loan = source.Outputs["out"].Loan(1000);
            loan.Send();
        }
        Bounded.Await(() => Volatile.Read(ref received.Value) >= target);
    }

    private static void Round(MediaOperator source, MediaOperator passer, MediaOperator sink)
    {
        using (var loan = source.Outputs["out"].Loan(1000))
        {
            loan.Metadata.Set("name", "value");
            loan.Send();
        }
        using (var frame = passer.Inputs["in"].Receive()!.Value)
            passer.Outputs["out"].Forward(frame, static metadata => metadata.Set("score", 0.25));
        using (var frame = sink.Inputs["in"].Receive()!.Value)
            Primitives.Invariant.That(frame.Metadata.TryGet("score", out double _));
    }

    private async Task<(MediaOperator Source, MediaOperator Passer, MediaOperator Sink)> Chain()
    {
        var (source, sourceEnd) = await _sidecar.Attach("source", [], [new PortSpec("out")]);
        var (passer, passerEnd) = await _sidecar.Attach("passer", [new PortSpec("in")], [new PortSpec("out")]);
        var (sink, sinkEnd) = await _sidecar.Attach("sink", [new PortSpec("in", BySequence: true)], []);
        _sidecar.Connect(sourceEnd, passerEnd, "out", "in", 8);
        _sidecar.Connect(passerEnd, sinkEnd, "out", "in", 8, sourceEnd.Region!);
        return (source, passer, sink);
    }
}
