using System.Globalization;
using K8sMediaFlow.Native;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Bench.Handover;

/// <summary>One end's process: does the scenarios that it is told, as lead (which measures) or as end (which answers).</summary>
internal static class HandoverSide
{
    public const int FirstDescriptor = 3;

    public static int Run(string role)
    {
        var leads = role == "lead";
        var files = Enumerable.Range(FirstDescriptor, 7).Select(MemoryFile.FromDescriptor).ToArray();
        using var own = RegionMemory.MapForProducer(files[leads ? 0 : 1]);
        Console.WriteLine("mapped");
        Console.ReadLine();
        using var foreign = RegionMemory.MapForReader(files[leads ? 1 : 0]);
        using var outgoing = ChannelFile.Map(files[leads ? 2 : 3]);
        using var incoming = ChannelFile.Map(files[leads ? 3 : 2]);
        using var doorbell = Doorbell.Map(files[leads ? 4 : 5]);
        using var peerDoorbell = Doorbell.Map(files[leads ? 5 : 4]);
        using var words = Doorbell.Map(files[6]);
        var frames = new FrameExchange(own, foreign, outgoing, incoming, new DoorbellNotifier(peerDoorbell));
        using var busy = DoorbellWaiter.ByFutex(doorbell, new WaitPolicy(WaitMode.Busy, 0));
        using var asleep = DoorbellWaiter.ByFutex(doorbell, new WaitPolicy(WaitMode.Event, 0));
        while (Console.ReadLine() is { } line)
            Console.WriteLine(Run(line.Split(' '), leads, frames, busy, asleep, new WordExchange(words, leads)));
        return 0;
    }

    private static string Run(string[] line, bool leads, FrameExchange frames, DoorbellWaiter busy, DoorbellWaiter asleep,
        WordExchange words)
    {
        var rounds = int.Parse(line[1], CultureInfo.InvariantCulture);
        var times = new long[rounds];
        switch (line[0])
        {
            case "spin-small": frames.Run(leads, busy, HandoverEnds.SmallBytes, times); break;
            case "spin-large": frames.Run(leads, busy, HandoverEnds.LargeBytes, times); break;
            case "sleep-small": frames.Run(leads, asleep, HandoverEnds.SmallBytes, times); break;
            case "sleep-large": frames.Run(leads, asleep, HandoverEnds.LargeBytes, times); break;
            case "spin-word": words.Spin(leads, times); break;
            case "sleep-futex": words.Sleep(leads, times); break;
            default: throw new ArgumentException(line[0]);
        }
        return leads ? HandoverTimes.FromRoundTrips(times).ToString() : "done";
    }
}
