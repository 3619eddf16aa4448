using System.Buffers.Binary;
using System.Runtime.InteropServices;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Links.Simulation.Tests.Pods;

/// <summary>The memory of frames. It stays mapped until its history is over, even if the process that owns it dies.</summary>
internal sealed class Region
{
    /// <summary>Room for a header, an envelope and a payload.</summary>
    public const int BlockBytes = 1024;

    public const int EnvelopeBytes = 64;

    private const int SmallBytes = 256;

    private const byte Freed = 0xEE;

    private readonly byte[] _bytes;
    private readonly Stack<uint> _free = new(), _freeSmall = new();
    private readonly int _smallBlocks;
    private readonly bool[] _isFree;

    /// <param name="blocks">How many it has.</param>
    /// <param name="name">Which region of a pod, and in which life of its owner.</param>
    /// <param name="smallBlocks">The first ones, which have room for a notice only.</param>
    public Region(int blocks, RegionName name, int smallBlocks = 0)
    {
        (Name, _smallBlocks) = (name, smallBlocks);
        _bytes = GC.AllocateUninitializedArray<byte>((blocks + 1) * BlockBytes, pinned: true);
        var start = Marshal.UnsafeAddrOfPinnedArrayElement(_bytes, 0);
        Address = (start + 63) & ~63;
        _isFree = new bool[blocks];
        Offset = (int)(Address - start);
        for (var block = blocks - 1; block >= 0; block--)
            Free((uint)block);
    }

    public RegionName Name { get; }

    public nint Address { get; }

    public int Blocks => _isFree.Length;

    public long LengthBytes => (long)Blocks * BlockBytes;

    public int FreeBlocks => _free.Count + _freeSmall.Count;

    private int Offset { get; }

    public int SizeOf(uint block) => block < _smallBlocks ? SmallBytes : BlockBytes;

    /// <summary>Takes a free block, a large one where there is one.</summary>
    public bool TryTake(out uint block)
    {
        if (!_free.TryPop(out block) && !_freeSmall.TryPop(out block))
            return false;
        _isFree[block] = false;
        return true;
    }

    /// <summary>What was there is overwritten: who reads it all the same is found out.</summary>
    public void Free(uint block)
    {
        _isFree[block].ShouldBeFalse($"block {block} was freed twice");
        Bytes(block, 0, BlockBytes).Fill(Freed);
        _isFree[block] = true;
        (block < _smallBlocks ? _freeSmall : _free).Push(block);
    }

    public Span<byte> Bytes(uint block, int offset, int length) =>
        _bytes.AsSpan(Offset + ((int)block * BlockBytes) + offset, length);

    public ReadOnlySpan<byte> At(long offset, int length) => _bytes.AsSpan(Offset + (int)offset, length);
}

/// <summary>Bytes that say in every word which part of which frame they are.</summary>
internal static class Pattern
{
    public static void Fill(Span<byte> target, ulong stream, ulong sequence, int segment)
    {
        var word = Start(stream, sequence, segment);
        for (; target.Length >= sizeof(ulong); target = target[sizeof(ulong)..])
            BinaryPrimitives.WriteUInt64LittleEndian(target, word++);
    }

    public static bool Is(ReadOnlySpan<byte> bytes, ulong stream, ulong sequence, int segment)
    {
        var word = Start(stream, sequence, segment);
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..])
            if (BinaryPrimitives.ReadUInt64LittleEndian(bytes) != word++)
                return false;
        return true;
    }

    private static ulong Start(ulong stream, ulong sequence, int segment) =>
        ((stream * 0x9E3779B97F4A7C15) ^ (sequence * 0xC2B2AE3D27D4EB4F)) + ((ulong)segment << 56);
}
