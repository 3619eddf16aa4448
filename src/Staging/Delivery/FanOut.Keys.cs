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
            var subscriber = keys.OwnerOf(bucket, edge.Subscribers);
            if (subscriber is not null && TryPushKeyed(edge, number, subscriber, bucket))
                continue;
            keys.Block(bucket, subscriber);
            edge.Owed.AddLast(number);
        }
    }

    private bool TryPushKeyed(FanOutEdge edge, int number, Subscriber subscriber, int bucket) =>
        edge.Takes(subscriber, _inFlight, number, WindowOf(edge)) && IsPrepared(number) && TryPush(number, subscriber, bucket);

    private void SubscribersChanged()
    {
        foreach (var edge in _edges)
            edge.Keys?.SubscribersChanged();
    }

    // A notice has no key: those of a stream go one way.
    private int BucketOf(FanOutEdge edge, int number)
    {
        ref var flight = ref _inFlight[number];
        Invariant.That(flight.Descriptor.Kind != FrameKind.EndOfStream);
        return KeyBuckets.BucketOf(flight.Descriptor.Kind == FrameKind.Frame
            ? _owner.KeyOf(flight.Tag, edge.Number, ref flight.Descriptor)
            : flight.Descriptor.Stream);
    }
}
