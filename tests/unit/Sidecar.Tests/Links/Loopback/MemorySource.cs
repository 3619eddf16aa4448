using System.Buffers.Binary;
using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links.Connection;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Sidecar.Tests.Links.Loopback;

/// <summary>A source of numbered frames over real memory: as long as a frame is not done its bytes stay, afterwards they are overwritten,
/// so that a late reader would be found out. Survives the death of its link's sidecar, as a media operator does.</summary>
internal sealed class MemorySource : ILinkSource, IDisposable
{
    private readonly object _lock = new();
    private readonly MemoryFile _file;
    private readonly MappedMemory _memory;
    private readonly int _blockBytes;
    private readonly Queue<int> _freeBlocks = new();
    private readonly SortedDictionary<ulong, int> _kept = [];
    private readonly Queue<ulong> _again = new();
    private readonly ulong _frameCount;
    private ulong _next = 1;
    private readonly WakeSignal _wake = new();

    public MemorySource(int frameCount, int blockCount, int frameBytes)
    {
        _frameCount = (ulong)frameCount;
        _blockBytes = (frameBytes + 63) & ~63;
        FrameBytes = frameBytes;
        _file = MemoryFile.Create("source", (long)blockCount * _blockBytes);
        _memory = MappedMemory.Map(_file, MemoryAccess.ReadWrite);
        for (var block = 0; block < blockCount; block++)
            _freeBlocks.Enqueue(block);
    }

    public nint Address => _memory.Address;

    public long LengthBytes => _memory.LengthBytes;

    public int FrameBytes { get; set; }

    /// <summary>Hand out frames up to this one only.</summary>
    public ulong Limit { get; set; } = ulong.MaxValue;

    public ulong Landed { get; private set; }

    public ulong DoneCount { get; private set; }

    public List<ulong> RefusedSequences { get; } = [];

    public int Kept
    {
        get
        {
            lock (_lock)
                return _kept.Count;
        }
    }

    public bool EndsByItself { get; set; } = true;

    public bool Ended => EndsByItself && DoneCount == _frameCount;

    public bool TryTake(out LinkFrame frame)
    {
        lock (_lock)
        {
            frame = default;
            if (_again.TryDequeue(out var again))
            {
                frame = Describe(again, _kept[again], LinkFrameFlags.Replay);
                return true;
            }
            if (_next > Math.Min(_frameCount, Limit) || !_freeBlocks.TryDequeue(out var block))
                return false;
            var sequence = _next++;
            Fill(_memory.Span((long)block * _blockBytes, _blockBytes)[..FrameBytes], sequence);
            _kept.Add(sequence, block);
            frame = Describe(sequence, block, LinkFrameFlags.None);
            return true;
        }
    }

    void ILinkSource.Landed(ulong handle) => Landed++;

    public void Refused(ulong handle, LinkRefusal refusal) => RefusedSequences.Add(handle);

    public void Done(ulong handle)
    {
        lock (_lock)
        {
            _kept.Remove(handle, out var block).ShouldBeTrue();
            _memory.Span((long)block * _blockBytes, _blockBytes).Fill(0xEE);
            _freeBlocks.Enqueue(block);
            DoneCount++;
        }
    }

    public void Wait(TimeSpan timeout) => _wake.Wait(timeout);

    public void Wake() => _wake.Ring();

    /// <summary>A new sidecar attaches: what is not done is sent again.</summary>
    public void SidecarRestarted()
    {
        lock (_lock)
        {
            _again.Clear();
            foreach (var sequence in _kept.Keys)
                _again.Enqueue(sequence);
        }
    }

    /// <summary>Bytes that tell which frame they belong to, in every word.</summary>
    public static void Fill(Span<byte> target, ulong sequence)
    {
        for (var offset = 0; offset + 8 <= target.Length; offset += 8)
            BinaryPrimitives.WriteUInt64LittleEndian(target[offset..], sequence * 0x9E3779B97F4A7C15UL + (ulong)offset);
    }

    public static bool IsFilled(ReadOnlySpan<byte> bytes, ulong sequence)
    {
        for (var offset = 0; offset + 8 <= bytes.Length; offset += 8)
        {
            if (BinaryPrimitives.ReadUInt64LittleEndian(bytes[offset..]) != sequence * 0x9E3779B97F4A7C15UL + (ulong)offset)
                return false;
        }
        return true;
    }

    public void Dispose()
    {
        _memory.Dispose();
        _file.Dispose();
    }

    private LinkFrame Describe(ulong sequence, int block, LinkFrameFlags flags)
    {
        var frame = new LinkFrame
        {
            Handle = sequence,
            Kind = FrameKind.Frame,
            Flags = flags,
            Stream = 7,
            Sequence = sequence,
            SentAtNanoseconds = MonotonicClock.Nanoseconds,
        };
        var envelope = Math.Min(64, FrameBytes);
        var address = _memory.Address + (nint)((long)block * _blockBytes);
        frame.AddSegment(new MemoryPart(address, envelope));
        if (FrameBytes > envelope)
            frame.AddSegment(new MemoryPart(address + envelope, FrameBytes - envelope));
        return frame;
    }
}
