namespace K8sMediaFlow.CapnProto;

/// <summary>A list of bits under construction.</summary>
public readonly unsafe ref struct BoolListBuilder : IListBuilder<BoolListBuilder>
{
    private readonly byte* _start;

    internal BoolListBuilder(byte* start, int count)
    {
        _start = start;
        Count = count;
    }

    public int Count { get; }

    public bool this[int index]
    {
        get => (*Byte(index) >> (index & 7) & 1) != 0;
        set
        {
            var bits = Byte(index);
            *bits = (byte)(value ? *bits | (1 << (index & 7)) : *bits & ~(1 << (index & 7)));
        }
    }

    private byte* Byte(int index)
    {
        if ((uint)index >= (uint)Count)
            ListReader.ThrowIndex();
        return _start + (index >> 3);
    }

    static BoolListBuilder IPointerBuilder<BoolListBuilder>.FromPointer(AnyPointerBuilder slot) => slot.GetBools();

    static BoolListBuilder IListBuilder<BoolListBuilder>.InitPointer(AnyPointerBuilder slot, int count) => slot.InitBools(count);
}
