namespace K8sMediaFlow.Staging.Delivery;

/// <summary>A queue of numbers that also takes at the front. Doubles when full.</summary>
internal sealed class IntDeque
{
    private int[] _items = new int[16];
    private int _head;

    public int Count { get; private set; }

    public int First => _items[_head];

    public int Last => _items[(_head + Count - 1) & (_items.Length - 1)];

    public void AddLast(int item)
    {
        Grow();
        _items[(_head + Count++) & (_items.Length - 1)] = item;
    }

    public void AddFirst(int item)
    {
        Grow();
        _head = (_head - 1) & (_items.Length - 1);
        _items[_head] = item;
        Count++;
    }

    public int TakeFirst()
    {
        var item = _items[_head];
        _head = (_head + 1) & (_items.Length - 1);
        Count--;
        return item;
    }

    private void Grow()
    {
        if (Count < _items.Length)
            return;
        var larger = new int[_items.Length * 2];
        for (var i = 0; i < Count; i++)
            larger[i] = _items[(_head + i) & (_items.Length - 1)];
        (_items, _head) = (larger, 0);
    }
}
