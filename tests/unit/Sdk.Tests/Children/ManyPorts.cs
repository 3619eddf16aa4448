using K8sMediaFlow.Sdk.Tests.Fakes;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Sdk.Tests.Children;

/// <summary>A source and a sink with many ports, each port served by an asynchronous loop.</summary>
internal static class ManyPorts
{
    private const int Capacity = 4;

    public static void Run(int ports, int frames)
    {
        using var sidecar = new FakeSidecar();
        var (source, sink) = Attach(sidecar, ports);
        var producing = source.Outputs.Select(output => Produce(output, frames)).ToArray();
        Bounded.Await(() => source.Outputs.Sum(output => output.InFlight) == ports * Capacity);
        TwoThreads.Report($"{ports} loans are awaited");
        var consuming = sink.Inputs.Select(Consume).ToArray();
        Bounded.Await(() => producing.All(one => one.IsCompleted) && source.Outputs.All(output => output.InFlight == 0));
        TwoThreads.Report($"{ports} receives are awaited");
        foreach (var output in source.Outputs)
            output.Complete();
        Console.WriteLine($"{TwoThreads.Await(Task.WhenAll(consuming)).Sum()} frames");
        TwoThreads.Await(Task.WhenAll(source.DisposeAsync().AsTask(), sink.DisposeAsync().AsTask()));
    }

    private static (MediaOperator Source, MediaOperator Sink) Attach(FakeSidecar sidecar, int ports)
    {
        var names = Enumerable.Range(0, ports).Select(number => $"port{number}").ToArray();
        var specs = names.Select(name => new PortSpec(name, QuotaBlocks: 4 * Capacity)).ToArray();
        var (source, sourceEnd) = TwoThreads.Await(sidecar.Attach("source", [], specs, [new BlockClass(4096, 4 * Capacity * ports)]));
        var (sink, sinkEnd) = TwoThreads.Await(sidecar.Attach("sink", specs, []));
        foreach (var name in names)
            sidecar.Connect(sourceEnd, sinkEnd, name, name, Capacity);
        return (source, sink);
    }

    private static async Task Produce(FrameOutput output, int frames)
    {
        for (var i = 0; i < frames; i++)
        {
            using var loan = await output.LoanAsync(100);
            loan.Send();
        }
    }

    private static async Task<int> Consume(FrameInput input)
    {
        var frames = 0;
        while (await input.ReceiveAsync() is { } frame)
        {
            frame.Dispose();
            frames++;
        }
        return frames;
    }
}
