using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.CapnProto;

/// <summary>
/// A message under construction in memory that the caller gives. The memory need not be zeroed: what is handed out as struct or list is
/// cleared then, what is handed out as payload (<see cref="StructBuilder.InitData"/>) is not touched at all.
/// A plain struct that the builders refer to: keep it where it is while they are in use.
/// Safety: the memory is unmanaged or pinned, 8-byte aligned, outlives every builder (an array given as such is
/// kept alive, see <see cref="Keep"/>), and no other code writes to it meanwhile.
/// </summary>
public partial struct MessageBuilder
{
    private const long CapacityBytesMax = 1L << 32;

    private NearBuildSegments _near;
    private BuildSegment[]? _far;
    private object? _owner;
    private int _count;

    /// <param name="segment0">Takes the root pointer and all that fits.</param>
    public MessageBuilder(Span<byte> segment0)
    {
        AddSegment(segment0);
        if (segment0.Length < 8)
            CapnProtoException.Throw(CapnProtoError.OutOfSpace);
        MemoryMarshal.Write(segment0, 0UL);
        _near[0].UsedBytes = 8;
    }

    /// <summary>As <see cref="MessageBuilder(Span{byte})"/>, for memory longer than a span can be.</summary>
    public unsafe MessageBuilder(nint address, long capacityBytes)
    {
        AddSegment(address, capacityBytes);
        if (capacityBytes < 8)
            CapnProtoException.Throw(CapnProtoError.OutOfSpace);
        Unsafe.WriteUnaligned((byte*)address, 0UL);
        _near[0].UsedBytes = 8;
    }

    /// <summary>Makes this the builder of another message. Cheaper than a new value: the segment table is not cleared.</summary>
    public void Reset(Span<byte> segment0)
    {
        _count = 0;
        _owner = null;
        AddSegment(segment0);
        if (segment0.Length < 8)
            CapnProtoException.Throw(CapnProtoError.OutOfSpace);
        MemoryMarshal.Write(segment0, 0UL);
        _near[0].UsedBytes = 8;
    }

    public readonly int SegmentCount => _count;

    /// <summary>More room: objects that do not fit into the earlier segments go here, behind far pointers. Returns its number.</summary>
    public unsafe int AddSegment(Span<byte> memory) => AddSegment((nint)Segment.Of(memory).Start, memory.Length);

    /// <summary>As <see cref="AddSegment(Span{byte})"/>, for memory longer than a span can be. No pointer spans more than 4 GiB, so of
    /// longer memory the rest is left unused.</summary>
    public unsafe int AddSegment(nint address, long capacityBytes)
    {
        if ((address & 7) != 0)
            throw new ArgumentException("A segment must be 8-byte aligned.", nameof(address));
        return Add(new BuildSegment { Start = (byte*)address, CapacityBytes = Math.Min(capacityBytes, CapacityBytesMax) & ~7L });
    }

    /// <summary>
    /// A segment that holds one payload and nothing else, from its first byte, and that this builder never touches: it may lie in
    /// memory that this process can only read. Returns its number for <see cref="StructBuilder.SetExternalData"/>.
    /// </summary>
    public unsafe int AddExternalSegment(long lengthBytes) =>
        Add(new BuildSegment { Start = null, CapacityBytes = lengthBytes, UsedBytes = lengthBytes });

    /// <summary>The bytes of a segment that are in use; always whole words. Not for external segments.</summary>
    public readonly unsafe ReadOnlySpan<byte> SegmentBytes(int index)
    {
        var segment = SegmentAt(index);
        return new ReadOnlySpan<byte>(segment.Start, segment.Start is null ? 0 : checked((int)segment.UsedBytes));
    }

    /// <summary>A segment where it lies; of external ones only the length is known.</summary>
    public readonly unsafe MessagePart Part(int index) => new((nint)SegmentAt(index).Start, SegmentAt(index).UsedBytes);

    /// <summary>Bytes in use of a segment, external ones included.</summary>
    public readonly long UsedBytes(int index) => SegmentAt(index).UsedBytes;

    /// <summary>A new root struct, cleared.</summary>
    /// <exception cref="CapnProtoException">Segment 0 and its successors have no room.</exception>
    [UnscopedRef]
    public unsafe StructBuilder InitRoot(StructSize size) => InitStruct(_near[0].Start, 0, size);

    /// <inheritdoc cref="InitRoot(StructSize)"/>
    [UnscopedRef]
    public T InitRoot<T>()
        where T : IStructBuilder<T>, allows ref struct => T.From(InitRoot(T.Size));

    /// <summary>The root pointer, for a root that is no struct, that is there already, or that is copied from another message.</summary>
    [UnscopedRef]
    public unsafe AnyPointerBuilder RootPointer() => new(ref this, _near[0].Start, 0);

    /// <summary>The root struct as it stands.</summary>
    [UnscopedRef]
    public T GetRoot<T>()
        where T : IStructBuilder<T>, allows ref struct => RootPointer().GetStruct<T>();

    /// <summary>What was built so far, to be read. Valid until more is built.</summary>
    public readonly unsafe MessageReader ToReader(ReadLimits limits)
    {
        var reader = MessageReader.Of(_owner, limits);
        for (var index = 0; index < _count; index++)
            reader.AddSegment((nint)SegmentAt(index).Start, SegmentAt(index).Start is null ? 0 : SegmentAt(index).UsedBytes);
        return reader;
    }

    private readonly BuildSegment SegmentAt(int index)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)_count);
        return index < NearBuildSegments.Capacity ? _near[index] : _far![index - NearBuildSegments.Capacity];
    }

    [UnscopedRef]
    private ref BuildSegment SegmentRef(int index)
    {
        if (index < NearBuildSegments.Capacity)
            return ref _near[index];
        return ref _far![index - NearBuildSegments.Capacity];
    }

    private unsafe int Add(BuildSegment segment)
    {
        // All positions are words from here on.
        Invariant.That(((nint)segment.Start & 7) == 0);
        if (_count >= NearBuildSegments.Capacity)
            Array.Resize(ref _far, _count + 1 - NearBuildSegments.Capacity);
        SegmentRef(_count) = segment;
        return _count++;
    }
}
