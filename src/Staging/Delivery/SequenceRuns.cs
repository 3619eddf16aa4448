using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.Staging.Delivery;

/// <summary>
/// A set of sequences as runs without holes, lowest first. What comes in order is one run however long it is; every hole costs one more.
/// Beyond
/// <c>runsMax</c> the lowest run is forgotten: its sequences are unknown again. Grows to its largest use and allocates no more. Not
/// thread-safe.
/// </summary>
internal sealed class SequenceRuns(int runsMax)
{
    private readonly record struct Run(ulong First, ulong Last);

    // A ring: runs are added at the end and forgotten at the beginning.
    private Run[] _runs = new Run[8];
    private int _head;

    public int Count { get; private set; }

    public bool Contains(ulong sequence) => Below(sequence) is var at && at >= 0 && At(at).Last >= sequence;

    /// <summary>Adds the sequences from <paramref name="first"/> to <paramref name="last"/>; false when all of them were there.</summary>
    public bool Add(ulong first, ulong last)
    {
        Invariant.That(first <= last);
        var from = Below(first);
        if (from >= 0 && At(from).Last >= last)
            return false;
        // The run before joins if it touches; so do all that begin within, or right behind.
        var start = from >= 0 && At(from).Last >= first - 1 ? from : from + 1;
        var end = last == ulong.MaxValue ? Count : Below(last + 1) + 1;
        if (end > start)
            Merge(start, end, new Run(Math.Min(first, At(start).First), Math.Max(last, At(end - 1).Last)));
        else
            Insert(start, new Run(first, last));
        return true;
    }

    public void Remove(ulong sequence)
    {
        var at = Below(sequence);
        if (at < 0 || At(at).Last < sequence)
            return;
        var run = At(at);
        if (run.First == run.Last)
            Cut(at, 1);
        else if (sequence == run.First)
            At(at) = run with { First = sequence + 1 };
        else
        {
            At(at) = run with { Last = sequence - 1 };
            if (sequence < run.Last)
                Insert(at + 1, new Run(sequence + 1, run.Last));
        }
    }

    public void Clear() => (_head, Count) = (0, 0);

    /// <summary>The last run that begins at the sequence or before it; -1: none does.</summary>
    private int Below(ulong sequence)
    {
        // Nearly everything comes at the end.
        if (Count > 0 && At(Count - 1).First <= sequence)
            return Count - 1;
        var (low, high) = (0, Count - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (At(middle).First <= sequence)
                low = middle + 1;
            else
                high = middle;
        }
        return low - 1;
    }

    private ref Run At(int index) => ref _runs[(_head + index) & (_runs.Length - 1)];

    private void Merge(int start, int end, Run merged)
    {
        At(start) = merged;
        Cut(start + 1, end - start - 1);
    }

    private void Cut(int at, int count)
    {
        for (var i = at; i + count < Count && count > 0; i++)
            At(i) = At(i + count);
        Count -= count;
    }

    private void Insert(int at, Run run)
    {
        if (Count == runsMax)
            at = MakeRoom(at);
        Grow();
        for (var i = Count++; i > at; i--)
            At(i) = At(i - 1);
        At(at) = run;
    }

    // The lowest is the one that is missed least; not the one that comes, however low: a second copy of it may be right behind.
    private int MakeRoom(int at)
    {
        if (at == 0)
        {
            Cut(0, 1);
            return 0;
        }
        _head = (_head + 1) & (_runs.Length - 1);
        Count--;
        return at - 1;
    }

    private void Grow()
    {
        if (Count < _runs.Length)
            return;
        var larger = new Run[_runs.Length * 2];
        for (var i = 0; i < Count; i++)
            larger[i] = At(i);
        (_runs, _head) = (larger, 0);
    }
}
