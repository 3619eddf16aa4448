namespace K8sMediaFlow.Staging.Ports;

/// <summary>Records by number: taken and given back, the numbers reused. Doubles when it is empty, so that it stops allocating once it has met its largest use.</summary>
internal struct Pool<T>
{
    private T[] _records;
    private int[] _free;
    private int _freeCount;
    private int _used;

    public Pool(int initial) => (_records, _free) = (new T[initial], new int[initial]);

    public readonly int Count => _used - _freeCount;

    /// <summary>Numbers handed out so far, free ones included.</summary>
    public readonly int Span => _used;

    public readonly ref T this[int number] => ref _records[number];

    public int Take()
    {
        if (_freeCount > 0)
            return _free[--_freeCount];
        if (_used == _records.Length)
        {
            Array.Resize(ref _records, _used * 2);
            Array.Resize(ref _free, _used * 2);
        }
        return _used++;
    }

    public void Give(int number) => _free[_freeCount++] = number;
}
