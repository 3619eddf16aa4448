namespace K8sMediaFlow.Links.Ledgers;

/// <summary>A set of link sequences as a peer told it (see <see cref="SequenceSet"/>).</summary>
/// <param name="upTo">All up to this one are in it, but for those that are missing.</param>
/// <param name="bitmap">What is in it beyond.</param>
/// <param name="missing">What is not, in order; its order is the peer's word, and one that is out of order is merely not found.</param>
internal readonly ref struct AcknowledgedSet(ulong upTo, ReadOnlySpan<ulong> bitmap, ReadOnlySpan<ulong> missing = default)
{
    public ulong Base { get; } = upTo;
    public ReadOnlySpan<ulong> Bitmap { get; } = bitmap;
    public ReadOnlySpan<ulong> Missing { get; } = missing;
}
