namespace K8sMediaFlow.Staging.Delivery;

/// <summary>Something that has a place in a stream: a frame, or a notice that explains <see cref="Count"/> sequences.</summary>
internal readonly record struct Placed(ulong First, uint Count, bool IsGap, int Tag);

/// <summary>
/// A binary heap of what a stream holds, the lowest sequence on top. Grows to the largest window it met and allocates no more.
/// </summary>
internal sealed class SequenceHeap
{
    private Placed[] _items = new Placed[16];

    public int Count { get; private set; }

    public Placed Top => _items[0];

    public void Push(in Placed item)
    {
        if (Count == _items.Length)
            Array.Resize(ref _items, Count * 2);
        var at = Count++;
        while (at > 0 && _items[(at - 1) / 2].First > item.First)
        {
            _items[at] = _items[(at - 1) / 2];
            at = (at - 1) / 2;
        }
        _items[at] = item;
    }

    public Placed Pop()
    {
        var top = _items[0];
        var moved = _items[--Count];
        var at = 0;
        while (Child(at) is var child && child < Count)
        {
            if (child + 1 < Count && _items[child + 1].First < _items[child].First)
                child++;
            if (_items[child].First >= moved.First)
                break;
            _items[at] = _items[child];
            at = child;
        }
        _items[at] = moved;
        return top;
    }

    private static int Child(int at) => 2 * at + 1;
}
