using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Links.Ledgers;

/// <summary>
/// The grants that a sender holds in one epoch, by block class. Grant messages are numbered from 1 and carry the total of slots granted in
/// the epoch so far: a duplicate is dropped, a gap and a wrong total are found, so sender and receiver can never disagree about who owns a
/// block.
/// </summary>
internal sealed class GrantPool
{
    /// <summary>Sizes that a receiver may have. A region has at most eight classes.</summary>
    private const int ClassesMax = 8;

    private readonly int[] _sizes = new int[ClassesMax];
    private readonly Stack<Grant>[] _grants = new Stack<Grant>[ClassesMax];
    private readonly HashSet<uint> _slots = [];
    private int _classCount;

    /// <summary>Slots granted in this epoch, ever.</summary>
    public ulong Total { get; private set; }

    /// <summary>Number of the last grant message taken.</summary>
    public ulong LastMessage { get; private set; }

    /// <summary>Grants that wait for a frame.</summary>
    public int Count { get; private set; }

    /// <summary>A new epoch: what the old one granted is void.</summary>
    public void Reset()
    {
        for (var index = 0; index < _classCount; index++)
            _grants[index].Clear();
        _slots.Clear();
        (_classCount, Count, Total, LastMessage) = (0, 0, 0, 0);
    }

    /// <summary>Takes a grant message of the current epoch.</summary>
    public LedgerVerdict Add(ulong message, ReadOnlySpan<Grant> grants, ulong total)
    {
        if (message <= LastMessage)
            return LedgerVerdict.Stale;
        if (message != LastMessage + 1)
            return LedgerVerdict.GrantGap;
        if (total != Total + (ulong)grants.Length)
            return LedgerVerdict.GrantCountWrong;
        foreach (var grant in grants)
        {
            if (!TryAdd(grant))
                return LedgerVerdict.GrantImpossible;
        }
        Invariant.That(Count == _slots.Count);
        (LastMessage, Total) = (message, total);
        return LedgerVerdict.Accepted;
    }

    /// <summary>Takes a grant of the smallest class that holds so many bytes and has one left.</summary>
    public bool TryTake(long lengthBytes, out Grant grant)
    {
        for (var index = 0; index < _classCount; index++)
        {
            if (_sizes[index] < lengthBytes || !_grants[index].TryPop(out grant))
                continue;
            Invariant.That(_slots.Remove(grant.Slot));
            Invariant.That(grant.SizeBytes == _sizes[index]);
            Count--;
            return true;
        }
        grant = default;
        return false;
    }

    /// <summary>Whether there is a grant of at least so many bytes.</summary>
    public bool HasOneOf(long lengthBytes)
    {
        for (var index = _classCount - 1; index >= 0 && _sizes[index] >= lengthBytes; index--)
            if (_grants[index].Count > 0)
                return true;
        return false;
    }

    private bool TryAdd(Grant grant)
    {
        if (grant.SizeBytes < 256 || grant.OffsetBytes < 0 || grant.OffsetBytes % 64 != 0 || !TryFindClass(grant.SizeBytes, out var index))
            return false;
        if (!_slots.Add(grant.Slot))
            return false;
        _grants[index].Push(grant);
        Count++;
        return true;
    }

    private bool TryFindClass(int sizeBytes, out int index)
    {
        index = 0;
        while (index < _classCount && _sizes[index] < sizeBytes)
            index++;
        if (index < _classCount && _sizes[index] == sizeBytes)
            return true;
        return TryInsertClass(index, sizeBytes);
    }

    private bool TryInsertClass(int index, int sizeBytes)
    {
        if (_classCount == ClassesMax)
            return false;
        var spare = _grants[_classCount] ?? new Stack<Grant>();
        Invariant.That(spare.Count == 0);
        for (var above = _classCount; above > index; above--)
            (_sizes[above], _grants[above]) = (_sizes[above - 1], _grants[above - 1]);
        (_sizes[index], _grants[index]) = (sizeBytes, spare);
        _classCount++;
        return true;
    }
}
