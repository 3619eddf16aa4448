using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Staging.Delivery;

/// <summary>Edges that deal frames out in turn, and one consumer of which stands still.</summary>
public sealed partial class FanOut
{
    /// <summary>
    /// Looks for an edge that one consumer keeps standing still, and deals out again what that one has. To be called now and then.
    /// </summary>
    /// <param name="nowNs">Monotonic time.</param>
    /// <param name="patienceNs">How long no consumer has given anything back.</param>
    public void Watch(long nowNs, long patienceNs)
    {
        foreach (var edge in _edges)
            if (edge.Distribution == FanOutDistribution.RoundRobin && edge.FindStandstill(_flights, nowNs, patienceNs) is { } seat)
                DealAgain(seat);
    }

    private void DealAgain(Subscriber seat)
    {
        // What it has taken may not be sent again; what it has not goes to the others.
        if (seat.Edge.Policy is not null)
        {
            seat.IsPassedOver = true;
            TakeBackUnread(seat);
            Pump();
            return;
        }
        _parted.Clear();
        for (var place = 0; place < seat.Tickets.Places; place++)
        {
            if (!seat.Tickets.At(place, out var holding) || holding.IsReturned || holding.IsDealtAgain || !IsFrame(holding.InFlight))
                continue;
            seat.DealtAgain(place);
            _parted.Add(holding);
        }
        seat.IsPassedOver = true;
        SortLatestFirst();
        foreach (var holding in _parted)
            OweAgain(holding.InFlight, seat.Edge.Owed);
        Pump();
    }
}
