namespace K8sMediaFlow.Fabric.Verbs;

/// <summary>Writes from their posting until they are reported, in order: a ring of fixed size, used under the sender's gate.</summary>
internal sealed class WriteRing(int capacity)
{
    private readonly (ulong Tag, int Works)[] _writes = new (ulong, int)[capacity];
    private int _head, _completed;

    /// <summary>Not reported yet.</summary>
    public int Count { get; private set; }

    /// <summary>Posted and not complete.</summary>
    public int Underway => Count - _completed;

    /// <summary>Work requests of those.</summary>
    public int Works { get; private set; }

    /// <summary>Which cell the next write takes: no other write that is not reported has it.</summary>
    public int NextCell => (_head + Count) % capacity;

    public void RequireRoom()
    {
        if (Count == capacity)
            throw new InvalidOperationException($"{capacity} writes are in flight: poll first");
    }

    public void Add(ulong tag, int works)
    {
        _writes[NextCell] = (tag, works);
        Count++;
        Works += works;
    }

    /// <summary>The oldest that was not complete is.</summary>
    public void Complete()
    {
        Works -= _writes[(_head + _completed) % capacity].Works;
        _completed++;
    }

    public int Take(Span<ulong> tags)
    {
        var taken = Math.Min(tags.Length, _completed);
        for (var index = 0; index < taken; index++)
            tags[index] = _writes[(_head + index) % capacity].Tag;
        _head = (_head + taken) % capacity;
        _completed -= taken;
        Count -= taken;
        return taken;
    }
}
