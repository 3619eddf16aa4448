using K8sMediaFlow.Native.Ibverbs;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Fabric.Verbs;

/// <summary>
/// The queue pairs of one end, with one completion queue for all of them. Frames alternate over them, a whole one on each.
/// </summary>
internal sealed class PairSet : IDisposable
{
    private QueuePair[] _pairs;

    private PairSet(QueuePair[] pairs) => _pairs = pairs;

    public int Count => _pairs.Length;

    /// <summary>The numbers that a peer must know, in their turn.</summary>
    public uint[] Numbers => [.. _pairs.Select(one => one.Number)];

    /// <exception cref="Native.NativeException"/>
    public static PairSet Create(ProtectionDomain domain, CompletionQueue completions, in QueuePairSize size, int count)
    {
        var pairs = new List<QueuePair>();
        try
        {
            while (pairs.Count < count)
                pairs.Add(QueuePair.Create(domain, completions, size));
            return new PairSet([.. pairs]);
        }
        catch
        {
            pairs.ForEach(one => one.Dispose());
            throw;
        }
    }

    public bool Has(nint element) => _pairs.Any(one => one.Identity == element);

    /// <summary>The peer has fewer: the others have never been bound to anything.</summary>
    public void Keep(int count)
    {
        Invariant.That(count >= 1 && count <= _pairs.Length);
        var surplus = _pairs[count..];
        _pairs = _pairs[..count];
        foreach (var pair in surplus)
            pair.Dispose();
    }

    public void Open(byte port)
    {
        foreach (var pair in _pairs)
            pair.Open(port);
    }

    /// <summary>Binds each to the peer's of the same turn.</summary>
    public void Connect(QueuePairRoute route, ReadOnlySpan<uint> remoteNumbers)
    {
        Invariant.That(remoteNumbers.Length >= _pairs.Length);
        for (var index = 0; index < _pairs.Length; index++)
            _pairs[index].Connect(route with { RemoteNumber = remoteNumbers[index] });
    }

    /// <summary>A receive's completion has its pair's index as id.</summary>
    public void PostReceives(int index, int count) => _pairs[index].PostReceives(count, (ulong)index);

    public void Post(int index, ReadOnlySpan<SendWork> works, ReadOnlySpan<MemoryPiece> parts) => _pairs[index].Post(works, parts);

    /// <summary>Posts one piece of work without bytes on each.</summary>
    public void PostOnAll(SendWork work)
    {
        foreach (var pair in _pairs)
            pair.Post([work], []);
    }

    /// <summary>Nothing that was posted moves any more.</summary>
    public void Fail()
    {
        foreach (var pair in _pairs)
            pair.Fail();
    }

    public void Dispose()
    {
        foreach (var pair in _pairs)
            pair.Dispose();
    }
}
