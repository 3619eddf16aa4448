using K8sMediaFlow.Sdk.Tests.Fakes;

namespace K8sMediaFlow.Sdk.Tests.Children;

/// <summary>The example of the documents, first without a frame to receive and then without room to send.</summary>
internal static class Example
{
    public static void Run()
    {
        var passing = TwoThreads.Await(PassingOperator.AttachAsync());
        var running = Task.Run(() => PassAsync(passing.Media));
        TwoThreads.Report("a receive is awaited");
        for (var sequence = 1UL; sequence <= 6; sequence++)
            passing.Source.Send(sequence);
        passing.Source.End(6);
        Bounded.Await(() => passing.Output.InFlight == 4);
        TwoThreads.Report("a forward is awaited");
        for (var sequence = 1UL; sequence <= 6; sequence++)
            passing.Sink.PopFrame().Sequence.ShouldBe(sequence);
        TwoThreads.Await(running);
        Console.WriteLine("6 frames");
    }

    private static async Task PassAsync(MediaOperator media)
    {
        await foreach (var frame in media.Inputs[0].ReadAllAsync(media.Stopping))
        {
            using (frame)
                await media.Outputs[0].ForwardAsync(frame, metadata => metadata.Set("score", Score(frame.Payload)));
        }
    }

    private static double Score(ReadOnlySpan<byte> payload) => payload[0];
}
