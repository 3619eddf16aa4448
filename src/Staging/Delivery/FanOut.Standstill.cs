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
            if (edge.Distribution == FanOutDistribution.RoundRobin && edge.FindStandstill(_inFlight, nowNs, patienceNs) is { } subscriber)
                DealAgain(subscriber);
    }

    private void DealAgain(Subscriber subscriber)
    {
        // What it has taken may not be sent again; what it has not goes to the others.
        if (subscriber.Edge.Policy is not null)
        {
            subscriber.IsPassedOver = true;
            TakeBackUnread(subscriber);
            Pump();
            return;
        }
        _parted.Clear();
        for (var place = 0; place < subscriber.Tickets.Places; place++)
        {
            if (!subscriber.Tickets.At(place, out var holding) || holding.IsReturned || holding.IsDealtAgain || !IsFrame(holding.InFlight))
                continue;
            subscriber.DealtAgain(place);
            _parted.Add(holding);
        }
        subscriber.IsPassedOver = true;
        SortLatestFirst();
        foreach (var holding in _parted)
            OweAgain(holding.InFlight, subscriber.Edge.Owed);
        Pump();
    }
}
