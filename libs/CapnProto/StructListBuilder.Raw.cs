namespace K8sMediaFlow.CapnProto;

/// <summary>A list of structs under construction whose size is known only at run time.</summary>
public readonly unsafe ref struct StructListBuilder
{
    private readonly ref MessageBuilder _message;
    private readonly byte* _start;
    private readonly int _segment;

    internal StructListBuilder(ref MessageBuilder message, byte* start, int segment, int count, StructSize size)
    {
        _message = ref message;
        _start = start;
        _segment = segment;
        ElementSize = size;
        Count = count;
    }

    public int Count { get; }

    /// <summary>The sections of each element.</summary>
    public StructSize ElementSize { get; }

    public StructBuilder this[int index]
    {
        get
        {
            if ((uint)index >= (uint)Count)
                ListReader.ThrowIndex();
            return new StructBuilder(ref _message, _start + ((long)index * ElementSize.Words * 8), _segment, ElementSize);
        }
    }
}
