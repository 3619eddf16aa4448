using System.Diagnostics;
using System.Runtime.InteropServices;
using K8sMediaFlow.CapnProto;

namespace K8sMediaFlow.Bench.Capnp;

/// <summary>Builds and reads one row's message over and over, in memory of its own; each run's time, and their medians.</summary>
internal sealed unsafe class CapnpLoop<T> : IDisposable
    where T : IRow
{
    private readonly int _times;
    private readonly int _timesProtobuf;
    private readonly byte* _memory = (byte*)NativeMemory.AlignedAlloc((nuint)T.CapacityBytes, 4096);
    private readonly byte[] _buffer = new byte[(T.CapacityBytes * 2) + 1024];

    public CapnpLoop(int times, int timesProtobuf)
    {
        (_times, _timesProtobuf) = (times, timesProtobuf);
        new Span<byte>(_memory, T.CapacityBytes).Clear();
    }

    /// <summary>Zero, which the JIT does not know.</summary>
    private ulong Nothing { get; } = (ulong)Environment.TickCount64 >> 63;

    /// <summary>What one read sums up to.</summary>
    public ulong Sum { get; private set; }

    public ulong ProtobufSum { get; private set; }

    private Span<byte> Memory => new(_memory, T.CapacityBytes);

    /// <summary>Nanoseconds per build and per read: medians of <paramref name="runs"/> runs.</summary>
    public (double Build, double Read) Loop(int runs) => Medians(runs, _times, Build, Read);

    /// <inheritdoc cref="Loop"/>
    public (double Build, double Read) LoopProtobuf(int runs) => Medians(runs, _timesProtobuf, BuildProtobuf, ReadProtobuf);

    /// <summary>
    /// Bytes that a build and a read allocate. The last of several stretches: in the first ones the JIT replaces the loops.
    /// </summary>
    public double AllocatedBytes()
    {
        var allocated = 0L;
        for (var round = 0; round < 5; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Read(Build());
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }

        return (double)allocated / _times;
    }

    public void Dispose() => NativeMemory.AlignedFree(_memory);

    private static (double Build, double Read) Medians(int runs, int times, Func<int> build, Action<int> read)
    {
        var (builds, reads) = (new double[runs], new double[runs]);
        for (var run = 0; run < runs; run++)
        {
            var start = Stopwatch.GetTimestamp();
            var lengthBytes = build();
            var middle = Stopwatch.GetTimestamp();
            builds[run] = Stopwatch.GetElapsedTime(start, middle).TotalNanoseconds / times;
            middle = Stopwatch.GetTimestamp();
            read(lengthBytes);
            reads[run] = Stopwatch.GetElapsedTime(middle).TotalNanoseconds / times;
        }

        return (Statistics.Median(builds), Statistics.Median(reads));
    }

    /// <summary>The last message is the one with number 5, as the peers' is.</summary>
    private int Build()
    {
        var message = new MessageBuilder(Memory);
        for (var count = _times - 1; count >= 0; count--)
        {
            message.Reset(Memory);
            T.Build(ref message, count == 0 ? 5 : (uint)count);
        }

        return (int)message.UsedBytes(0);
    }

    private void Read(int lengthBytes)
    {
        // Each sum hangs on the one before, so that no read can be left away.
        var sum = 0UL;
        for (var count = 0; count < _times; count++)
        {
            var message = new MessageReader(Memory[..lengthBytes], new ReadLimits(64 << 20, 64));
            sum = T.Read(ref message) + (sum & Nothing);
        }

        Sum = sum;
    }

    private int BuildProtobuf()
    {
        var lengthBytes = 0;
        for (var count = _timesProtobuf - 1; count >= 0; count--)
            lengthBytes = T.BuildProtobuf(_buffer, count == 0 ? 5 : (uint)count);
        return lengthBytes;
    }

    private void ReadProtobuf(int lengthBytes)
    {
        var sum = 0UL;
        for (var count = 0; count < _timesProtobuf; count++)
            sum = T.ReadProtobuf(_buffer.AsSpan(0, lengthBytes)) + (sum & Nothing);
        ProtobufSum = sum;
    }
}
