namespace K8sMediaFlow.Primitives;

/// <summary>
/// Records by number: taken and given back, the numbers reused. Doubles when it is empty, so that it stops allocating once it has met its
/// largest use.
/// </summary>
public struct Pool<T>
{
    private T[] _records;
    private int[] _free;
    private int _freeCount;
    private int _used;

    /// <param name="initial">Records before the first growth.</param>
    public Pool(int initial) => (_records, _free) = (new T[initial], new int[initial]);

    /// <summary>Numbers taken and not given back.</summary>
    public readonly int Count => _used - _freeCount;

    /// <summary>The record. Not to be kept over a <see cref="Take"/>, which may move it.</summary>
    public readonly ref T this[int number] => ref _records[number];

    /// <summary>Takes a number; its record holds what its last user left.</summary>
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

    /// <summary>Gives a number back.</summary>
    public void Give(int number) => _free[_freeCount++] = number;
}
