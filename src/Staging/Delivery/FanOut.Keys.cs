using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Staging.Delivery;

/// <summary>Edges that deal frames out by key: what waits for one consumer does not hold up the others.</summary>
public sealed partial class FanOut
{
    private void PumpKeyed(FanOutEdge edge, KeyBuckets keys)
    {
        keys.BeginRound();
        for (var left = edge.Owed.Count; left > 0; left--)
        {
            var number = edge.Owed.TakeFirst();
            var bucket = BucketOf(edge, number);
            var seat = keys.OwnerOf(bucket, edge.Seats);
            if (seat is not null && TryPushKeyed(edge, number, seat, bucket))
                continue;
            keys.Block(bucket, seat);
            edge.Owed.AddLast(number);
        }
    }

    private bool TryPushKeyed(FanOutEdge edge, int number, Subscriber seat, int bucket) =>
        edge.Takes(seat, _flights, number, WindowOf(edge)) && IsPrepared(number) && TryPush(number, seat, bucket);

    private void SeatsChanged()
    {
        foreach (var edge in _edges)
            edge.Keys?.SeatsChanged();
    }

    // A notice has no key: those of a stream go one way.
    private int BucketOf(FanOutEdge edge, int number)
    {
        ref var flight = ref _flights[number];
        Invariant.That(flight.Descriptor.Kind != FrameKind.EndOfStream);
        return KeyBuckets.BucketOf(flight.Descriptor.Kind == FrameKind.Frame
            ? _owner.KeyOf(flight.Tag, edge.Number, ref flight.Descriptor)
            : flight.Descriptor.Stream);
    }
}
