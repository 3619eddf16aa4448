namespace K8sMediaFlow.KubernetesRuntime.Events;

/// <summary>A map that forgets what was used longest ago once it is full. Not thread-safe.</summary>
internal sealed class RecentMap<TKey, TValue>(int countMax)
    where TKey : notnull
{
    private readonly Dictionary<TKey, LinkedListNode<(TKey Key, TValue Value)>> _nodes = [];
    private readonly LinkedList<(TKey Key, TValue Value)> _order = new();

    public int Count => _nodes.Count;

    public bool TryGet(TKey key, out TValue value)
    {
        if (!_nodes.TryGetValue(key, out var node))
        {
            value = default!;
            return false;
        }
        _order.Remove(node);
        _order.AddLast(node);
        value = node.Value.Value;
        return true;
    }

    public void Set(TKey key, TValue value)
    {
        if (_nodes.Remove(key, out var old))
            _order.Remove(old);
        else if (_nodes.Count >= countMax)
        {
            _nodes.Remove(_order.First!.Value.Key);
            _order.RemoveFirst();
        }
        _nodes[key] = _order.AddLast((key, value));
    }

    public void Remove(TKey key)
    {
        if (_nodes.Remove(key, out var node))
            _order.Remove(node);
    }
}
