namespace K8sMediaFlow.KubernetesRuntime.Reconciling;

/// <summary>
/// Keys that wait, in one line per tenant. Lines take turns, and of one tenant so many keys at most are out at once: however many a tenant
/// adds, and however long each takes, another one's key waits for one of them and not for all. Not thread-safe.
/// </summary>
internal sealed class FairLines<TKey>(Func<TKey, string> tenantOf, int perTenantMax)
    where TKey : notnull
{
    private readonly Dictionary<string, Line> _lines = [];

    // Lines with keys whose tenant may have another one out, each once.
    private readonly Queue<Line> _turns = new();

    private sealed class Line
    {
        public readonly Queue<TKey> Keys = new();
        public int Out;
        public bool HasTurn;
    }

    /// <summary>Whether <see cref="TryTake"/> would give a key.</summary>
    public bool HasNext => _turns.Count > 0;

    public void Add(TKey key)
    {
        var tenant = tenantOf(key);
        if (!_lines.TryGetValue(tenant, out var line))
            _lines[tenant] = line = new();
        line.Keys.Enqueue(key);
        RunTurn(line);
    }

    public bool TryTake(out TKey key)
    {
        key = default!;
        if (!_turns.TryDequeue(out var line))
            return false;
        line.HasTurn = false;
        key = line.Keys.Dequeue();
        line.Out++;
        RunTurn(line);
        return true;
    }

    /// <summary>A key that was taken is worked off.</summary>
    public void Done(TKey key)
    {
        var tenant = tenantOf(key);
        var line = _lines[tenant];
        line.Out--;
        if (line.Out == 0 && line.Keys.Count == 0)
            _lines.Remove(tenant);
        else
            RunTurn(line);
    }

    private void RunTurn(Line line)
    {
        if (line.HasTurn || line.Keys.Count == 0 || line.Out >= perTenantMax)
            return;
        line.HasTurn = true;
        _turns.Enqueue(line);
    }
}
