using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Links.Ledgers;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Sidecar.Tests.Links.Simulation;

/// <summary>
/// A media operator behind the receiving sidecar, which outlives it: removes duplicates by identity, checks order, and finishes frames out
/// of order.
/// </summary>
internal sealed class ConsumerModel(SourceModel source, int capacity)
{
    private readonly Dictionary<ulong, List<Action>> _unfinished = [];
    private readonly HashSet<ulong> _finished = [];
    private readonly HashSet<(Incarnation Sender, Incarnation Receiver, ulong Identity)> _seen = [];
    private ulong _lastNew;

    public ulong Consumed => _lastNew;

    public ulong Duplicates { get; private set; }

    public bool HasRoom => _unfinished.Count < capacity;

    /// <summary>Takes a delivery; <paramref name="done"/> is called when all that derives from the frame is done.</summary>
    public bool Take(in Delivery delivery, Incarnation sender, Incarnation receiver, Action done)
    {
        var identity = delivery.Header.Sequence;
        _seen.Add((sender, receiver, identity)).ShouldBeTrue($"frame {identity} delivered twice between the same two lives");
        delivery.Header.Kind.ShouldBe(source.IsTooLarge(identity) ? FrameKind.Gap : FrameKind.Frame);
        if (identity > _lastNew)
        {
            identity.ShouldBe(_lastNew + 1, "a frame is missing or out of order");
            _lastNew = identity;
            _unfinished.Add(identity, [done]);
            return true;
        }
        Duplicates++;
        if (_finished.Contains(identity))
            done();
        else
            _unfinished[identity].Add(done);
        return false;
    }

    /// <summary>All that derives from the frame is done.</summary>
    public void Finish(ulong identity)
    {
        if (!_finished.Add(identity))
            return;
        _unfinished.Remove(identity, out var waiting).ShouldBeTrue();
        foreach (var done in waiting!)
            done();
    }
}
