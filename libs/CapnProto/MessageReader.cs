using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.CapnProto;

/// <summary>
/// A message being read: its segments and its budget. A plain struct that the readers refer to, because a ref field cannot refer to
/// a ref struct; so keep it where it is (a local, a field) while readers of it are in use, never copy it in between.
/// Safety:
/// * the memory is unmanaged or pinned, and outlives every reader and span (an array given as such is kept alive, see <see cref="Keep"/>);
/// * it may be rewritten by others at any time: values then are garbage, but no read leaves the segments.
/// </summary>
public partial struct MessageReader
{
    private const uint StaticData = uint.MaxValue;

    private NearSegments _near;
    private Segment[]? _far;
    private long[]? _announcedBytes;
    private object? _owner;
    private int _count;
    private int _depth;
    private long _budgetWords;

    /// <param name="segment0">The segment with the root pointer.</param>
    /// <param name="limits">What reading may cost.</param>
    public MessageReader(ReadOnlySpan<byte> segment0, ReadLimits limits)
    {
        _budgetWords = limits.TraversalWords;
        _depth = limits.Depth;
        AddSegment(segment0);
    }

    /// <summary>A message without segments yet; for segments longer than a span can be.</summary>
    public MessageReader(ReadLimits limits)
    {
        _budgetWords = limits.TraversalWords;
        _depth = limits.Depth;
    }

    public readonly int SegmentCount => _count;

    /// <summary>Words that may still be visited.</summary>
    public readonly long BudgetWords => _budgetWords;

    /// <summary>
    /// Makes this the reader of another message, without segments yet. Cheaper than a new value: the segment table, whose entries
    /// count only below <see cref="SegmentCount"/>, is not cleared.
    /// </summary>
    public void Reset(ReadLimits limits)
    {
        _far = null;
        _owner = null;
        _announcedBytes = null;
        _count = 0;
        Renew(limits);
    }

    /// <summary>A new budget, for a message that is kept and read again.</summary>
    public void Renew(ReadLimits limits)
    {
        _budgetWords = limits.TraversalWords;
        _depth = limits.Depth;
    }

    /// <summary>Gives back what was spent since the budget was that large: for looking ahead at what is read again right after.</summary>
    internal void Restore(long budgetWords)
    {
        Invariant.That(budgetWords >= _budgetWords);
        _budgetWords = budgetWords;
    }

    /// <summary>Adds the next segment; its number is the count before.</summary>
    public void AddSegment(ReadOnlySpan<byte> memory) => Add(Segment.Of(memory));

    /// <summary>Adds the next segment by its address, of any length.</summary>
    public unsafe void AddSegment(nint address, long lengthBytes) => Add(new Segment((byte*)address, lengthBytes));

    /// <summary>The root pointer, of whatever kind.</summary>
    [UnscopedRef]
    public unsafe AnyPointerReader RootPointer()
    {
        RequireRoot();
        return new AnyPointerReader(ref this, _near[0].Start, 0, _depth);
    }

    /// <summary>The root struct; an empty one (all defaults) if the root pointer is null.</summary>
    /// <exception cref="CapnProtoException">The root pointer is not a sound struct pointer.</exception>
    [UnscopedRef]
    public unsafe StructReader Root()
    {
        RequireRoot();
        return ReadStruct(_near[0].Start, 0, _depth);
    }

    /// <inheritdoc cref="Root()"/>
    [UnscopedRef]
    public T Root<T>()
        where T : IStructReader<T>, allows ref struct => T.From(Root());

    /// <summary>Reads again at a place that was found and checked before, in this same message.</summary>
    [UnscopedRef]
    public unsafe StructReader At(scoped in StructPlace place) => new(ref this, place.Data is null ? StructPlace.Empty(_depth) : place);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly Segment SegmentAt(uint index)
    {
        if (index >= (uint)_count)
            return Beyond(index);
        return index < NearSegments.Capacity ? _near[(int)index] : _far![index - NearSegments.Capacity];
    }

    /// <summary>
    /// The one number that denotes static data of generated code; no table can have that many segments, and what a message says goes
    /// through <see cref="MoveTo"/>, which knows no such number. Positions are addresses there.
    /// </summary>
    private static unsafe Segment Beyond(uint index)
    {
        if (index != StaticData)
            CapnProtoException.Throw(CapnProtoError.UnknownSegment);
        return new Segment(null, long.MaxValue);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Charge(long words)
    {
        // A negative charge would fill the budget up.
        Invariant.That(words >= 0);
        _budgetWords -= words;
        if (_budgetWords < 0)
            CapnProtoException.Throw(CapnProtoError.TraversalLimit);
    }

    private void Add(Segment segment)
    {
        if (_count < NearSegments.Capacity)
            _near[_count] = segment;
        else
            AddFar(segment);
        _count++;
    }

    private void AddFar(Segment segment)
    {
        var index = _count - NearSegments.Capacity;
        _far ??= new Segment[NearSegments.Capacity];
        if (index == _far.Length)
            Array.Resize(ref _far, index * 2);
        Invariant.That(index >= 0 && index < _far.Length);
        _far[index] = segment;
    }
}
