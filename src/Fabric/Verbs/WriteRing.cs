using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Fabric.Verbs;

/// <summary>
/// Writes from their posting until they are reported, in order: a ring of fixed size, used under the sender's gate. They alternate over the
/// queue pairs, and complete in order on each.
/// </summary>
internal sealed class WriteRing(int capacity, int pairs)
{
    private readonly (ulong Tag, int Works)[] _writes = new (ulong, int)[capacity];
    private ulong _reported;
    private int _head, _completed;

    /// <summary>Not reported yet.</summary>
    public int Count { get; private set; }

    /// <summary>Posted, and it or an older one not complete.</summary>
    public int Underway => Count - _completed;

    /// <summary>Work requests of those.</summary>
    public int Works { get; private set; }

    /// <summary>Which cell the next write takes: no other write that is not reported has it.</summary>
    public int NextCell => Wrap(_head + Count);

    /// <summary>How many writes there were before the next one: its number.</summary>
    public ulong NextNumber => _reported + (ulong)Count;

    public void RequireRoom()
    {
        if (Count == capacity)
            throw new InvalidOperationException($"{capacity} writes are in flight: poll first");
    }

    public void Add(ulong tag, int works)
    {
        Invariant.That(Count < capacity);
        // A write without works would count as complete before it is.
        Invariant.That(works > 0);
        _writes[NextCell] = (tag, works);
        Count++;
        Works += works;
    }

    /// <summary>False where that write is not the one that its queue pair has to complete next.</summary>
    public bool TryComplete(ulong number)
    {
        if (!IsUnderway(number) || IsUnderway(number - (ulong)pairs))
            return false;
        ref var works = ref _writes[Cell(number)].Works;
        Works -= works;
        works = 0;
        while (_completed < Count && _writes[Wrap(_head + _completed)].Works == 0)
            _completed++;
        Invariant.That(Works >= 0 && (Works > 0 || _completed == Count));
        return true;
    }

    public int Take(Span<ulong> tags)
    {
        var taken = Math.Min(tags.Length, _completed);
        for (var index = 0; index < taken; index++)
            tags[index] = _writes[Wrap(_head + index)].Tag;
        _head = Wrap(_head + taken);
        _reported += (ulong)taken;
        _completed -= taken;
        Count -= taken;
        return taken;
    }

    private bool IsUnderway(ulong number) => number - _reported < (ulong)Count && _writes[Cell(number)].Works > 0;

    /// <summary>Of a write that is not reported.</summary>
    private int Cell(ulong number) => Wrap(_head + (int)(number - _reported));

    /// <summary>Never twice around; a division would take longer than the rest of it.</summary>
    private int Wrap(int cell) => cell < capacity ? cell : cell - capacity;
}
