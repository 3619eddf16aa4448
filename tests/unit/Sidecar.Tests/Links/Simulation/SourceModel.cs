using K8sMediaFlow.Fabric;
using K8sMediaFlow.Links.Contract;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Sidecar.Tests.Links.Simulation;

/// <summary>
/// A media operator in front of the sending sidecar: it keeps each frame until it is done, and sends again what is not when the sidecar was
/// replaced.
/// </summary>
internal sealed class SourceModel(int frameCount, int largestBytes, int tooLargeEvery)
{
    private readonly SortedSet<ulong> _undone = [.. Enumerable.Range(1, frameCount).Select(number => (ulong)number)];
    private readonly Queue<ulong> _toOffer = new(Enumerable.Range(1, frameCount).Select(number => (ulong)number));
    private readonly HashSet<ulong> _reading = [];

    public bool AllDone => _undone.Count == 0;

    public int Undone => _undone.Count;

    public bool IsTooLarge(ulong identity) => tooLargeEvery > 0 && identity % (ulong)tooLargeEvery == 0;

    public bool TryTake(out LinkFrame frame)
    {
        frame = default;
        if (!_toOffer.TryDequeue(out var identity))
            return false;
        frame.Handle = frame.Sequence = identity;
        frame.Kind = FrameKind.Frame;
        var bytes = IsTooLarge(identity) ? largestBytes : (int)(identity * 7919 % (ulong)(largestBytes - 512));
        frame.AddSegment(new MemoryPart(4096, bytes));
        return true;
    }

    /// <summary>The fabric reads the frame's memory from here to <see cref="ReadEnd"/>.</summary>
    public void ReadBegin(ulong identity) => _reading.Add(identity).ShouldBeTrue();

    public void ReadEnd(ulong identity) => _reading.Remove(identity);

    /// <summary>The fabric of an epoch was fenced.</summary>
    public void ReadNothing() => _reading.Clear();

    public void Done(ulong identity)
    {
        _reading.ShouldNotContain(identity, "memory freed while the fabric reads it");
        _undone.Remove(identity).ShouldBeTrue($"frame {identity} was done twice");
    }

    /// <summary>The sidecar died: its fabric reads nothing more, and all that is not done is offered again.</summary>
    public void Restarted()
    {
        _reading.Clear();
        _toOffer.Clear();
        foreach (var identity in _undone)
            _toOffer.Enqueue(identity);
    }
}
