namespace K8sMediaFlow.Primitives;

/// <summary>
/// Small numbers for values in flight. Grows to the largest number ever in flight and then allocates nothing. Not thread-safe.
/// </summary>
public sealed class HandleTable<T>
    where T : struct
{
    private T[] _values = new T[64];
    private int[] _free = new int[64];
    private bool[] _taken = new bool[64];
    private int _freeCount, _used;

    public int Count => _used - _freeCount;

    public int Add(in T value)
    {
        var handle = _freeCount > 0 ? _free[--_freeCount] : Grow();
        (_values[handle], _taken[handle]) = (value, true);
        return handle;
    }

    public T this[int handle]
    {
        get
        {
            Invariant.That((uint)handle < (uint)_used && _taken[handle]);
            return _values[handle];
        }
    }

    public T Remove(int handle)
    {
        var value = this[handle];
        _taken[handle] = false;
        _free[_freeCount++] = handle;
        return value;
    }

    private int Grow()
    {
        if (_used == _values.Length)
        {
            Array.Resize(ref _values, _used * 2);
            Array.Resize(ref _free, _used * 2);
            Array.Resize(ref _taken, _used * 2);
        }
        return _used++;
    }
}
