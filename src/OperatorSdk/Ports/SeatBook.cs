namespace K8sMediaFlow.OperatorSdk.Ports;

/// <summary>
/// Which peer has which seat. A seat belongs to a name, not to a replica's number: a pod may have some of the replicas only, and links
/// have no replica at all. A name keeps its seat over the lives of its bearer.
/// </summary>
internal sealed class SeatBook(int seats)
{
    private readonly string?[] _names = new string?[seats];

    /// <summary>The seat of a name, or the first that nobody has; -1: all are taken by others.</summary>
    public int SeatOf(string name)
    {
        var seat = Array.IndexOf(_names, name);
        if (seat < 0)
            seat = Array.IndexOf(_names, null);
        if (seat >= 0)
            _names[seat] = name;
        return seat;
    }
}
