using System.Numerics;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Fabric.Verbs;

/// <summary>
/// Puts what arrives on several queue pairs back into the order of the writes. Each pair keeps its own order and has every n-th write, so
/// the number of a write follows from its pair; the immediate repeats its low bits.
/// </summary>
internal sealed class LandingOrder
{
    private readonly Cell[] _cells;
    private readonly ulong[] _next;
    private ulong _due;

    /// <param name="pairs">Queue pairs that the writes alternate over.</param>
    /// <param name="writesMax">Writes that may be ahead of the one that is due: grants outstanding at a time.</param>
    public LandingOrder(int pairs, int writesMax)
    {
        _cells = new Cell[BitOperations.RoundUpToPowerOf2((uint)writesMax)];
        _next = [.. Enumerable.Range(0, pairs).Select(one => (ulong)one)];
    }

    /// <exception cref="FabricException">The immediate is not that of the pair's next write, or more writes came than were
    /// granted.</exception>
    public void Add(int pair, uint immediate)
    {
        var number = _next[pair];
        if (!FrameImmediate.IsNumber(immediate, number))
            throw new FabricException(FabricError.Malformed, $"immediate {immediate:x8} is not that of write {number}");
        if (number - _due >= (ulong)_cells.Length)
            throw new FabricException(FabricError.GrantViolation,
                $"write {number} came while {_due} has not, and no more than {_cells.Length} are granted");
        _next[pair] = number + (ulong)_next.Length;
        ref var cell = ref _cells[number & (ulong)(_cells.Length - 1)];
        Invariant.That(!cell.IsThere);
        cell = new Cell(IsThere: true, pair, immediate);
    }

    /// <summary>The write that is due, if it is there, and the pair that it came by.</summary>
    public bool TryTake(out int pair, out uint immediate)
    {
        ref var cell = ref _cells[_due & (ulong)(_cells.Length - 1)];
        (var isThere, pair, immediate) = cell;
        if (!isThere)
            return false;
        cell = default;
        _due++;
        return true;
    }

    private readonly record struct Cell(bool IsThere, int Pair, uint Immediate);
}
