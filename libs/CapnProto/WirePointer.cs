using System.Runtime.CompilerServices;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.CapnProto;

/// <summary>
/// One pointer word. Bits 0-1 kind · struct: 2-31 signed word offset, 32-47 data words, 48-63 pointers · list: 2-31 offset, 32-34 element
/// size, 35-63 count (words for composite) · far: 2 double, 3-31 word position of the pad, 32-63 segment.
/// </summary>
internal readonly struct WirePointer(ulong word)
{
    public const int CountMax = (1 << 29) - 1;

    /// <summary>What an offset's 30 bits reach, forwards and backwards.</summary>
    private const long OffsetEnd = 1L << 29;

    private readonly ulong _word = word;

    public ulong Word => _word;

    public bool IsNull => _word == 0;

    public PointerKind Kind => (PointerKind)(_word & 3);

    /// <summary>In words, from the end of the pointer. Sign-extended by the shift.</summary>
    public int Offset => (int)_word >> 2;

    public int DataWords => (ushort)(_word >> 32);

    public int PointerCount => (ushort)(_word >> 48);

    public ElementSize ElementSize => (ElementSize)((_word >> 32) & 7);

    public int Count => (int)(_word >> 35);

    /// <summary>A struct without sections: it points at itself, wherever it stands.</summary>
    public bool IsEmptyStruct => _word >> 32 == 0;

    public bool IsDoubleFar => (_word & 4) != 0;

    public long PadPositionBytes => (long)((uint)_word >> 3) * 8;

    /// <summary>Of the kind "other" only capabilities are defined; their upper half is the index.</summary>
    public bool IsCapability => (uint)_word == (uint)PointerKind.Other;

    public uint FarSegment => (uint)(_word >> 32);

    /// <summary>
    /// The only way to look at a pointer word of a message. Another process may rewrite it at any time, so all decisions are made on
    /// this one copy; the memory model forbids the JIT to read the word again.
    /// </summary>
    public static unsafe WirePointer ReadOnce(byte* address) => new(Unsafe.ReadUnaligned<ulong>(address));

    public static WirePointer Struct(long offsetWords, StructSize size) =>
        new(OffsetBits(offsetWords) | ((ulong)size.DataWords << 32) | ((ulong)size.PointerCount << 48));

    public static WirePointer List(long offsetWords, ElementSize elementSize, int count)
    {
        Invariant.That((uint)count <= CountMax);
        return new(OffsetBits(offsetWords) | 1UL | ((ulong)elementSize << 32) | ((ulong)count << 35));
    }

    public static WirePointer Far(long padPositionBytes, int segment, bool isDouble)
    {
        Invariant.That((padPositionBytes & 7) == 0 && (ulong)padPositionBytes <= uint.MaxValue);
        Invariant.That(segment >= 0);
        return new((uint)padPositionBytes | (isDouble ? 4UL : 0UL) | 2UL | ((ulong)segment << 32));
    }

    /// <summary>The same object seen from elsewhere.</summary>
    public WirePointer WithOffset(long offsetWords) => new((_word & 0xffffffff_00000003) | OffsetBits(offsetWords));

    public unsafe void Write(byte* address) => Unsafe.WriteUnaligned(address, _word);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint OffsetBits(long offsetWords)
    {
        // A longer one would be cut, and the pointer would lead elsewhere.
        Invariant.That((ulong)(offsetWords + OffsetEnd) < 2 * (ulong)OffsetEnd);
        return (uint)((int)offsetWords << 2);
    }
}
