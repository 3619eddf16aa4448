namespace K8sMediaFlow.Sdk.Ports;

/// <summary>
/// Which peer has which seat. A seat belongs to a name, not to a replica's number: a pod may have some of the replicas only, and links
/// have no replica at all. A name keeps its seat over the lives of its bearer.
/// </summary>
/// <param name="planned">The seats that the welcome spoke of.</param>
/// <param name="add">Makes a seat for a peer that the plan did not have then; -1: there is no room.</param>
internal sealed class SubscriberRegistry(IEnumerable<int> planned, Func<int> add)
{
    private readonly List<(int Seat, string? Name)> _seats = [.. planned.Select(seat => (seat, (string?)null))];

    /// <summary>The seat of a name, or the first free one, or a new one; -1: no more fit.</summary>
    public int SeatOf(string name)
    {
        var index = _seats.FindIndex(entry => entry.Name == name);
        if (index < 0)
            index = _seats.FindIndex(static entry => entry.Name is null);
        if (index < 0)
            return Add(name);
        _seats[index] = (_seats[index].Seat, name);
        return _seats[index].Seat;
    }

    private int Add(string name)
    {
        var seat = add();
        if (seat >= 0)
            _seats.Add((seat, name));
        return seat;
    }
}
