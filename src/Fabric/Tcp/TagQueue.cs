using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Fabric.Tcp;

/// <summary>
/// Tags of writes that are complete and not yet reported: a ring that grows with use up to its capacity. Used under the sender's gate.
/// </summary>
internal sealed class TagQueue(int capacity)
{
    private ulong[] _tags = new ulong[Math.Min(capacity, 16)];
    private int _head;

    public int Count { get; private set; }

    public void RequireRoom()
    {
        if (Count == capacity)
            throw new InvalidOperationException($"{capacity} writes are in flight: poll first");
    }

    public void Add(ulong tag)
    {
        Invariant.That(Count < capacity);
        if (Count == _tags.Length)
            Grow();
        _tags[(_head + Count) % _tags.Length] = tag;
        Count++;
    }

    public int Take(Span<ulong> tags)
    {
        var taken = Math.Min(tags.Length, Count);
        for (var index = 0; index < taken; index++)
            tags[index] = _tags[(_head + index) % _tags.Length];
        _head = (_head + taken) % _tags.Length;
        Count -= taken;
        return taken;
    }

    private void Grow()
    {
        var tags = new ulong[Math.Min(capacity, 2 * _tags.Length)];
        Invariant.That(tags.Length > Count);
        for (var index = 0; index < Count; index++)
            tags[index] = _tags[(_head + index) % _tags.Length];
        (_tags, _head) = (tags, 0);
    }
}
