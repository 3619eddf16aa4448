using System.Runtime.CompilerServices;
using K8sMediaFlow.Native;

namespace K8sMediaFlow.Staging.Regions;

/// <summary>Why a segment is not accepted.</summary>
public enum SegmentError
{
    None,

    /// <summary>The channel has no region of that number.</summary>
    UnknownRegion,

    /// <summary>The region has no block of that number.</summary>
    UnknownBlock,

    /// <summary>Offset and length reach beyond the block.</summary>
    OutOfBounds,

    /// <summary>The block is in another life, or free.</summary>
    StaleGeneration,

    /// <summary>The generation is one that only a free block has.</summary>
    NotTaken,
}

/// <summary>A consumer's end of a producer's region: turns references into bytes, and believes none of them.</summary>
/// <remarks>Any thread. The layout is a private copy, so that the producer cannot move what has been checked.</remarks>
public sealed unsafe class RegionReader
{
    private readonly MappedMemory _memory;
    private readonly byte* _base;
    private readonly RegionClass[] _classes;
    private readonly uint _blockCount;
    private long _refused;

    /// <param name="memory">Stays the caller's, who disposes it after the last use of any span that came from here.</param>
    /// <exception cref="StagingException"><see cref="StagingError.BadHeader"/></exception>
    public RegionReader(MappedMemory memory)
    {
        var header = RegionHeader.Read(memory);
        _memory = memory;
        _base = memory.Pointer;
        Id = header.Id;
        Layout = header.Layout;
        _classes = Layout.Classes.ToArray();
        _blockCount = Layout.BlockCount;
    }

    public RegionId Id { get; }

    public RegionLayout Layout { get; }

    /// <summary>The mapping that this reads; its length and address are those of the whole region.</summary>
    public MappedMemory Memory => _memory;

    /// <summary>Segments that were not accepted.</summary>
    public long Refused => Volatile.Read(ref _refused);

    /// <summary>The segment's bytes, after all checks. They are good for as long as the frame is borrowed.</summary>
    public bool TryResolve(scoped in SegmentRef segment, out ReadOnlySpan<byte> bytes) => TryResolve(in segment, out bytes, out _);

    /// <inheritdoc cref="TryResolve(in SegmentRef, out ReadOnlySpan{byte})"/>
    public bool TryResolve(scoped in SegmentRef segment, out ReadOnlySpan<byte> bytes, out SegmentError error)
    {
        var resolved = TryResolveAddress(in segment, out var address, out error);
        bytes = resolved ? new ReadOnlySpan<byte>((void*)address, (int)segment.Length) : default;
        return resolved;
    }

    /// <summary>The address of the segment's first byte, for calls that take addresses.</summary>
    public bool TryResolveAddress(scoped in SegmentRef segment, out nint address, out SegmentError error)
    {
        // The caller's own copy: fields of shared memory are never read twice.
        error = Check(in segment, out address);
        if (error == SegmentError.None)
            return true;
        Interlocked.Increment(ref _refused);
        return false;
    }

    /// <summary>
    /// Whether what was read of the segment until now is all of one life of its block. For those who look without borrowing.
    /// </summary>
    public bool IsCurrent(in SegmentRef segment)
    {
        // Partner: the write barrier in RegionWriter.Begin. Bytes read before are older than the generation read after.
        Volatile.ReadBarrier();
        return Check(in segment, out _) == SegmentError.None;
    }

    /// <summary>How many blocks of a class are taken, for tools.</summary>
    public int BlocksInUseOf(int classIndex)
    {
        ref readonly var blocks = ref _classes[classIndex];
        var count = 0;
        for (var word = 0; word < blocks.BitmapWords; word++)
            count += System.Numerics.BitOperations.PopCount(Volatile.Read(ref Word(in blocks, word)) & blocks.WordMask(word));
        return count;
    }

    /// <summary>Whether a block is taken, and which life it is in; for tools.</summary>
    public (bool IsTaken, uint Generation) StateOf(uint block)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(block, _blockCount);
        ref readonly var blocks = ref _classes[Layout.ClassOf(block)];
        var number = block - blocks.FirstBlock;
        return (IsTaken(in blocks, number), GenerationOf(in blocks, number));
    }

    private SegmentError Check(scoped in SegmentRef segment, out nint address)
    {
        address = 0;
        if (segment.Block >= _blockCount)
            return SegmentError.UnknownBlock;
        ref readonly var blocks = ref ClassOf(segment.Block);
        if ((ulong)segment.Offset + segment.Length > (ulong)blocks.BlockSizeBytes)
            return SegmentError.OutOfBounds;
        var number = segment.Block - blocks.FirstBlock;
        // Odd while taken: one line tells both what life the block is in and whether it lives.
        if ((segment.Generation & 1) == 0)
            return SegmentError.NotTaken;
        if (GenerationOf(in blocks, number) != segment.Generation)
            return SegmentError.StaleGeneration;
        address = (nint)(_base + blocks.BlocksOffset + (number * blocks.BlockSizeBytes) + segment.Offset);
        return SegmentError.None;
    }

    private ref readonly RegionClass ClassOf(uint block)
    {
        var index = _classes.Length - 1;
        while (block < _classes[index].FirstBlock)
            index--;
        return ref _classes[index];
    }

    private bool IsTaken(in RegionClass blocks, uint number) =>
        (Volatile.Read(ref Word(in blocks, (int)(number / 64))) >> (int)(number % 64) & 1) != 0;

    private uint GenerationOf(in RegionClass blocks, uint number) =>
        Volatile.Read(ref *((uint*)(_base + blocks.GenerationsOffset) + number));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref ulong Word(in RegionClass blocks, int word) => ref *((ulong*)(_base + blocks.BitmapOffset) + word);
}
