using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Staging.Delivery;

/// <summary>
/// Which consumer of an edge has which keys. A key falls into a bucket, and a bucket goes to the open subscriber with the greatest weight
/// for it (rendezvous hashing). So a consumer that comes takes only what becomes its own, and one that leaves gives away only what it had.
/// </summary>
/// <remarks>
/// A bucket that is to move stays where it is until the former consumer is done with all that it has of it. Until then what comes for it
/// waits, and other buckets go on. Weights depend on the consumer's replica alone: all producers of an edge choose the same one.
/// Not thread-safe. Allocates nothing after its construction.
/// </remarks>
internal sealed class KeyBuckets
{
    /// <summary>With 16 consumers each has 64 of them, and parts differ by about an eighth.</summary>
    public const int Count = 1024;

    private readonly Subscriber?[] _owners = new Subscriber?[Count];
    private readonly long[] _checkedAt = new long[Count], _blockedAt = new long[Count];
    private long _change = 1, _round = 1;

    /// <summary>The bucket of a key, 0 to <see cref="Count"/> - 1.</summary>
    public static int BucketOf(ulong key) => (int)(Mixed(key) % Count);

    /// <summary>A consumer came or went: where buckets belong is to be looked at again.</summary>
    public void SubscribersChanged() => _change++;

    /// <summary>A new look at all that waits begins: nothing is blocked.</summary>
    public void BeginRound() => _round++;

    /// <summary>
    /// What comes behind in this round waits as well: a key's frames stay in order, and so does all that one consumer gets.
    /// </summary>
    /// <param name="bucket">Of what has to wait.</param>
    /// <param name="subscriber">Where there is no room for it; null: its bucket moves.</param>
    public void Block(int bucket, Subscriber? subscriber)
    {
        _blockedAt[bucket] = _round;
        if (subscriber is not null)
            subscriber.BlockedAt = _round;
    }

    /// <summary>The subscriber that a bucket's next frame goes to; null: it has to wait.</summary>
    public Subscriber? OwnerOf(int bucket, List<Subscriber> subscribers)
    {
        if (_blockedAt[bucket] == _round)
            return null;
        var owner = _checkedAt[bucket] == _change ? _owners[bucket] : Move(bucket, subscribers);
        return owner?.BlockedAt == _round ? null : owner;
    }

    private Subscriber? Move(int bucket, List<Subscriber> subscribers)
    {
        var (next, former) = (Heaviest(bucket, subscribers), _owners[bucket]);
        if (next is null || (former is not null && former != next && former.HasOf(bucket)))
            return null;
        Invariant.That(next.IsOpen);
        (_owners[bucket], _checkedAt[bucket]) = (next, _change);
        return next;
    }

    private static Subscriber? Heaviest(int bucket, List<Subscriber> subscribers)
    {
        var (best, most) = ((Subscriber?)null, 0UL);
        foreach (var subscriber in subscribers)
            if (subscriber.IsOpen && !subscriber.EndSent && Weight(bucket, subscriber) is var weight && (best is null || weight > most))
                (best, most) = (subscriber, weight);
        return best;
    }

    private static ulong Weight(int bucket, Subscriber subscriber) => Mixed(((ulong)(uint)subscriber.Replica << 32) | (uint)bucket);

    // The finalizer of MurmurHash3: neighbouring numbers get unrelated weights.
    private static ulong Mixed(ulong value)
    {
        value = (value ^ (value >> 33)) * 0xff51afd7ed558ccd;
        value = (value ^ (value >> 33)) * 0xc4ceb9fe1a85ec53;
        return value ^ (value >> 33);
    }
}
