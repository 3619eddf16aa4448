using System.Diagnostics;
using System.Globalization;
using System.Net;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Fabric.Tcp;
using K8sMediaFlow.Native;

namespace K8sMediaFlow.Bench.Tcp;

/// <summary>
/// One end of our side of the comparison, a process of its own: <c>recv ADDRESS FRAMES WARMUP BLOCKS</c> prints its offer and the result,
/// <c>send OFFER FRAMES WARMUP BLOCKS</c> its result; <c>recv-tls</c> and <c>send-tls</c> are the same with TLS.
/// Memory, frame size and block count are the bare program's. A block is granted again
/// as soon as its frame has landed; TCP's own order makes that in time for the sender's next round, so no grant needs to travel.
/// </summary>
internal static class TcpBenchEnd
{
    public const int PayloadBytes = 3_110_400;
    private const int FrameBytes = FrameHeaderPrefix.SizeBytes + PayloadBytes;
    private const int BlockBytes = (FrameBytes + 4095) / 4096 * 4096;
    private const uint Epoch = 1;
    private static readonly TimeSpan s_wait = TimeSpan.FromSeconds(10);

    public static int Run(string[] words)
    {
        var frames = int.Parse(words[2], CultureInfo.InvariantCulture);
        var warmup = int.Parse(words[3], CultureInfo.InvariantCulture);
        var blocks = int.Parse(words[4], CultureInfo.InvariantCulture);
        using var file = MemoryFile.Create("bench", (long)blocks * BlockBytes);
        using var memory = MappedMemory.Map(file, MemoryAccess.ReadWrite);
        memory.Span(0, blocks * BlockBytes).Fill(0x5A);
        var hasTls = words[0].EndsWith("-tls", StringComparison.Ordinal);
        using var fabric = new TcpFabric(hasTls);
        if (words[0].StartsWith("recv", StringComparison.Ordinal))
            Receive(fabric, memory, IPAddress.Parse(words[1]), hasTls ? BenchIdentity.Create() : "", frames, warmup, blocks);
        else
            Send(fabric, memory, words[1].Split(':'), frames, warmup, blocks);
        return 0;
    }

    private static void Receive(TcpFabric fabric, MappedMemory memory, IPAddress address, string identity, int frames, int warmup,
        int blocks)
    {
        using var listener = fabric.Listen(address, 0, FabricOptions.Default);
        using var offer = listener.Open(Epoch, [], memory.Address, memory.LengthBytes, IdentityOf(identity));
        Console.WriteLine($"offer {Convert.ToHexString(offer.Bytes.Span)}:{identity}");
        using var receiver = (TcpReceiver)offer.Accept(s_wait);
        for (var slot = 0u; slot < blocks; slot++)
            receiver.Grant(slot, slot * (long)BlockBytes, BlockBytes);
        var meter = new Meter();
        for (var frame = -warmup; frame < frames; frame++)
        {
            if (frame == 0)
                meter.Start(receiver.TransferCalls);
            if (!receiver.TryReceive(out var landing, s_wait))
                throw new TimeoutException("no frame came");
            receiver.Grant(landing.Slot, landing.Slot * (long)BlockBytes, BlockBytes);
        }
        meter.Print(receiver.TransferCalls);
    }

    private static void Send(TcpFabric fabric, MappedMemory memory, string[] offer, int frames, int warmup, int blocks)
    {
        using var proposal = fabric.Propose(FabricOptions.Default, IdentityOf(offer[1]));
        using var sender = (TcpSender)proposal.Connect(Convert.FromHexString(offer[0]), s_wait);
        var header = new byte[FrameHeaderPrefix.SizeBytes];
        var tags = new ulong[8];
        var meter = new Meter();
        for (var frame = -warmup; frame < frames; frame++)
        {
            if (frame == 0)
                meter.Start(sender.TransferCalls);
            var slot = (uint)((frame + warmup) % blocks);
            FrameHeaderPrefix.Write(header, Epoch, slot, FrameBytes);
            ReadOnlySpan<MemoryPart> payload = [new MemoryPart(memory.Address + (nint)slot * BlockBytes, PayloadBytes)];
            sender.Write(slot, slot * (long)BlockBytes, BlockBytes, header, payload, slot);
            sender.Poll(tags, TimeSpan.Zero);
        }
        meter.Print(sender.TransferCalls);
    }

    private static FabricIdentity? IdentityOf(string word) => word.Length == 0 ? null : BenchIdentity.Read(word);

    private struct Meter
    {
        private long _startedTicks, _allocatedBytes, _calls;
        private TimeSpan _usedCpu;

        public void Start(long calls)
        {
            _startedTicks = Stopwatch.GetTimestamp();
            _usedCpu = Environment.CpuUsage.TotalTime;
            _allocatedBytes = GC.GetAllocatedBytesForCurrentThread();
            _calls = calls;
        }

        public readonly void Print(long calls)
        {
            var elapsed = Stopwatch.GetElapsedTime(_startedTicks).TotalSeconds;
            var cpu = (Environment.CpuUsage.TotalTime - _usedCpu).TotalSeconds;
            var allocated = GC.GetAllocatedBytesForCurrentThread() - _allocatedBytes;
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"result {elapsed:F9} {cpu:F9} {calls - _calls} {allocated}"));
        }
    }
}
