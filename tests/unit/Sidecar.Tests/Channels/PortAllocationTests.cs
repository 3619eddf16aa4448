using K8sMediaFlow.Sdk;
using K8sMediaFlow.Sidecar.Tests.Channels.Pods;

namespace K8sMediaFlow.Sidecar.Tests.Channels;

/// <summary>
/// What a frame costs on its whole way, SDK to SDK through both sidecars' ports and their link. Counts the process, so nothing runs beside.
/// </summary>
[Collection(nameof(PortAllocationTests))]
[CollectionDefinition(nameof(PortAllocationTests), DisableParallelization = true)]
public sealed class PortAllocationTests
{
    private const int WarmUpFrames = 20_000, Frames = 20_000, BatchFrames = 2_000, Rounds = 3;

    [Trait("Category", "Slow")]
    [Fact]
    public async Task A_frame_from_pod_to_pod_allocates_nothing()
    {
        using var pair = new PodPair(new PodPlans());
        await using var camera = await pair.Sender.Attach("camera");
        await using var render = await pair.Receiver.Attach("render");
        var counter = new Counter();
        var reading = new Thread(() => Read(render, counter)) { IsBackground = true };
        reading.Start();
        Feed(camera, counter, WarmUpFrames);
        // What is allocated by time and not by frame (heartbeats, reads that had to wait) weighs more the slower the machine is: the best
        // of some rounds counts.
        var bytesPerFrame = Enumerable.Range(0, Rounds).Min(_ => Measure(camera, counter));
        Console.WriteLine($"{nameof(A_frame_from_pod_to_pod_allocates_nothing)}: {bytesPerFrame:F3} bytes per frame");
        render.Fail("the test is over");
        // Any object per frame would be 24 bytes. Control messages, one for some thirty frames, are read asynchronously: 1 to 4 bytes for
        // each frame.
        bytesPerFrame.ShouldBeLessThan(8);
    }

    private static double Measure(MediaOperator camera, Counter counter)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        Feed(camera, counter, Frames);
        return (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)Frames;
    }

    private static void Feed(MediaOperator camera, Counter counter, int frames)
    {
        for (var sent = 0; sent < frames; sent += BatchFrames)
            FeedBatch(camera, counter);
    }

    private static void FeedBatch(MediaOperator camera, Counter counter)
    {
        var target = counter.Frames + BatchFrames;
        for (var frame = 0; frame < BatchFrames; frame++)
        {
            using var loan = camera.Outputs["video"].Loan(camera.Stopping);
            loan.Send();
        }
        // No watchdog delegate here: it would be counted.
        var limit = Environment.TickCount64 + 60_000;
        while (counter.Frames < target && Environment.TickCount64 < limit)
            Thread.Sleep(1);
        counter.Frames.ShouldBe(target);
    }

    private static void Read(MediaOperator render, Counter counter)
    {
        try
        {
            while (render.Inputs["video"].Receive() is { } frame)
            {
                frame.Dispose();
                counter.Add();
            }
        }
        catch (MediaOperatorException)
        {
            // The test is over.
        }
    }

    private sealed class Counter
    {
        private int _frames;

        public int Frames => Volatile.Read(ref _frames);

        public void Add() => Interlocked.Increment(ref _frames);
    }
}
