using System.Runtime.InteropServices;
using K8sMediaFlow.Native;

namespace K8sMediaFlow.Fabric.Tests;

/// <summary>Pinned memory that stands for a region: blocks of one size, slot n at n times the size.</summary>
internal sealed class TestArea
{
    public const byte Untouched = 0xA5;

    private readonly byte[] _bytes;

    public TestArea(int blockBytes, int blockCount)
    {
        BlockBytes = blockBytes;
        BlockCount = blockCount;
        _bytes = GC.AllocateArray<byte>(blockBytes * blockCount + 64, pinned: true);
        var start = Marshal.UnsafeAddrOfPinnedArrayElement(_bytes, 0);
        Address = (start + 63) & ~63;
        Fill(Untouched);
    }

    public int BlockBytes { get; }

    public int BlockCount { get; }

    public nint Address { get; }

    public int LengthBytes => BlockBytes * BlockCount;

    public Span<byte> Bytes => RawMemory.Span(Address, LengthBytes);

    public Span<byte> Block(uint slot) => Bytes.Slice((int)slot * BlockBytes, BlockBytes);

    public long Offset(uint slot) => (long)slot * BlockBytes;

    public void Fill(byte value) => Bytes.Fill(value);

    public bool IsFilledWith(byte value) => Bytes.IndexOfAnyExcept(value) < 0;

    public MemoryPart Part(int offset, int length) => new(Address + offset, length);
}
