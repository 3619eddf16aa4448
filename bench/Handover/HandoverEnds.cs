using System.Text;
using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Channels;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Bench.Handover;

/// <summary>Makes what two processes need, as a sidecar would, and starts them on a processor each.</summary>
internal sealed class HandoverEnds : IDisposable
{
    public const int SmallBytes = 64;
    public const int LargeBytes = 3840 * 2160 * 3;
    private const int Capacity = 8;
    private const int TimeoutMs = 120_000;

    private readonly List<IDisposable> _made = [];
    private readonly HandoverChild _lead;
    private readonly HandoverChild _end;

    public HandoverEnds()
    {
        BlockClass[] classes = [new(4096, Capacity), new((LargeBytes + 4095) / 4096 * 4096L, 2)];
        StagingRegion[] regions = [Make(StagingRegion.Create("bench-lead", classes)), Make(StagingRegion.Create("bench-end", classes))];
        ChannelFile[] channels = [Make(ChannelFile.Create(1, Capacity)), Make(ChannelFile.Create(2, Capacity))];
        MemoryFile[] doorbells = [Make(Doorbell.Create("bench-lead")), Make(Doorbell.Create("bench-end"))];
        var words = Make(Doorbell.Create("bench-words"));
        int[] descriptors = [regions[0].File.Descriptor, regions[1].File.Descriptor, channels[0].File.Descriptor,
            channels[1].File.Descriptor, doorbells[0].Descriptor, doorbells[1].Descriptor, words.Descriptor];
        _lead = Make(new HandoverChild("lead", processor: 0, descriptors));
        _end = Make(new HandoverChild("end", processor: 1, descriptors));
        Expect(_lead, "mapped");
        Expect(_end, "mapped");
        foreach (var region in regions)
            region.Seal();
        Tell("sealed");
    }

    public HandoverTimes Run(string scenario, int rounds)
    {
        Tell($"{scenario} {rounds}");
        var times = HandoverTimes.Parse(_lead.ReadLine(TimeoutMs));
        Expect(_end, "done");
        return times;
    }

    public void Dispose()
    {
        _made.Reverse();
        _made.ForEach(made => made.Dispose());
    }

    private static void Expect(HandoverChild child, string line) => Invariant.That(child.ReadLine(TimeoutMs) == line);

    private void Tell(string line)
    {
        _end.WriteLine(line);
        _lead.WriteLine(line);
    }

    private T Make<T>(T made)
        where T : IDisposable
    {
        _made.Add(made);
        return made;
    }
}

/// <summary>One end's process, spoken to in lines.</summary>
internal sealed class HandoverChild : IDisposable
{
    private readonly Pipe _toChild = new();
    private readonly Pipe _fromChild = new();
    private readonly ChildProcess _process;

    public HandoverChild(string role, int processor, int[] descriptors)
    {
        var map = descriptors.Index().ToDictionary(entry => HandoverSide.FirstDescriptor + entry.Index, entry => entry.Item);
        map[0] = _toChild.ReadEnd.Descriptor;
        map[1] = _fromChild.WriteEnd.Descriptor;
        var self = Path.Combine(AppContext.BaseDirectory, "K8sMediaFlow.Bench.dll");
        _process = ChildProcess.Start(new()
        {
            File = "taskset",
            Arguments = ["-c", $"{processor}", "dotnet", self, "handover-side", role],
            Descriptors = map,
        });
        _toChild.ReadEnd.Dispose();
        _fromChild.WriteEnd.Dispose();
    }

    public void WriteLine(string line) => _toChild.WriteEnd.Write(Encoding.UTF8.GetBytes(line + "\n"));

    public string ReadLine(int timeoutMs)
    {
        var line = new StringBuilder();
        Span<byte> letter = stackalloc byte[1];
        while (_fromChild.ReadEnd.Read(letter, timeoutMs) == 1)
        {
            if (letter[0] == '\n')
                return line.ToString();
            line.Append((char)letter[0]);
        }
        throw new InvalidOperationException($"an end of the comparison fell silent after '{line}'");
    }

    public void Dispose()
    {
        _process.Kill();
        _process.Wait(TimeSpan.FromSeconds(10));
        _toChild.Dispose();
        _fromChild.Dispose();
    }
}
