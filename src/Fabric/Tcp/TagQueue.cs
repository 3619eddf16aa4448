namespace K8sMediaFlow.Fabric.Tcp;

/// <summary>Tags of writes that are complete and not yet reported: a ring of fixed size, used under the sender's gate.</summary>
internal sealed class TagQueue(int capacity)
{
    private readonly ulong[] _tags = new ulong[capacity];
    private int _head;

    public int Count { get; private set; }

    public void RequireRoom()
    {
        if (Count == capacity)
            throw new InvalidOperationException($"{capacity} writes are in flight: poll first");
    }

    public void Add(ulong tag)
    {
        _tags[(_head + Count) % capacity] = tag;
        Count++;
    }

    public int Take(Span<ulong> tags)
    {
        var taken = Math.Min(tags.Length, Count);
        for (var index = 0; index < taken; index++)
            tags[index] = _tags[(_head + index) % capacity];
        _head = (_head + taken) % capacity;
        Count -= taken;
        return taken;
    }
}
