namespace K8sMediaFlow.Sdk.Ports;

/// <summary>
/// Which peer of an edge or an input has which number there. It goes by the peer's name, not by its replica: a pod may have some of the
/// replicas only, and links have no replica at all. A name keeps its number over the lives of its bearer.
/// </summary>
/// <param name="planned">The numbers that the welcome spoke of.</param>
/// <param name="add">Makes a number for a peer that the plan did not have then; -1: there is no room.</param>
internal sealed class PeerRegistry(IEnumerable<int> planned, Func<int> add)
{
    private readonly List<(int Number, string? Name)> _peers = [.. planned.Select(number => (number, (string?)null))];

    /// <summary>The number of a name, or the first free one, or a new one; -1: no more fit.</summary>
    public int NumberOf(string name)
    {
        var index = _peers.FindIndex(entry => entry.Name == name);
        if (index < 0)
            index = _peers.FindIndex(static entry => entry.Name is null);
        if (index < 0)
            return Add(name);
        _peers[index] = (_peers[index].Number, name);
        return _peers[index].Number;
    }

    private int Add(string name)
    {
        var number = add();
        if (number >= 0)
            _peers.Add((number, name));
        return number;
    }
}
