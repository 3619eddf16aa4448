using System.Runtime.CompilerServices;

namespace K8sMediaFlow.CapnProto;

/// <summary>A list of numbers or enum values under construction.</summary>
public readonly unsafe ref struct ListBuilder<T> : IListBuilder<ListBuilder<T>>
    where T : unmanaged
{
    private readonly byte* _start;
    private readonly int _stepBytes;

    internal ListBuilder(byte* start, int count)
        : this(start, count, sizeof(T))
    {
    }

    /// <param name="start">The first element.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="stepBytes">From one element to the next: more than its size where a newer program has put more beside it.</param>
    internal ListBuilder(byte* start, int count, int stepBytes)
    {
        _start = start;
        _stepBytes = stepBytes;
        Count = count;
    }

    public int Count { get; }

    /// <summary>The elements, in the message.</summary>
    /// <exception cref="CapnProtoException">A newer program has put more beside each: they can be reached one by one only.</exception>
    public Span<T> Span
    {
        get
        {
            if (_stepBytes != sizeof(T) && Count > 0)
                CapnProtoException.Throw(CapnProtoError.WrongElementSize);
            return new Span<T>(_start, Count);
        }
    }

    public ref T this[int index]
    {
        get
        {
            if ((uint)index >= (uint)Count)
                ListReader.ThrowIndex();
            return ref Unsafe.AsRef<T>(_start + ((long)index * _stepBytes));
        }
    }

    static ListBuilder<T> IPointerBuilder<ListBuilder<T>>.FromPointer(AnyPointerBuilder slot) => slot.GetList<T>();

    static ListBuilder<T> IListBuilder<ListBuilder<T>>.InitPointer(AnyPointerBuilder slot, int count) => slot.InitList<T>(count);
}
