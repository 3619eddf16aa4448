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

    private static async Task Pass(MediaOperator passer)
    {
        await foreach (var frame in passer.Input("in").ReadAllAsync(passer.Stopping))
        {
            using (frame)
                passer.Output("out").Forward(frame, static metadata => metadata.Set("score", 0.25));
        }
    }

    private static async Task Count(MediaOperator sink, StrongBox<int> received)
    {
        await foreach (var frame in sink.Input("in").ReadAllAsync(sink.Stopping))
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
            using var loan = source.Output("out").Loan(1000);
            loan.Send();
        }
        Bounded.Await(() => Volatile.Read(ref received.Value) >= target);
    }

    private static void Round(MediaOperator source, MediaOperator passer, MediaOperator sink)
    {
        using (var loan = source.Output("out").Loan(1000))
        {
            loan.Metadata.Set("name", "value");
            loan.Send();
        }
        using (var frame = passer.Input("in").Receive()!.Value)
            passer.Output("out").Forward(frame, static metadata => metadata.Set("score", 0.25));
        using (var frame = sink.Input("in").Receive()!.Value)
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
