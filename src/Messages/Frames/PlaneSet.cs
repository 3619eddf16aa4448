using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace K8sMediaFlow.Messages;

/// <summary>Up to four planes, in place.</summary>
public struct PlaneSet : IEquatable<PlaneSet>
{
    public const int Capacity = 4;

    private Storage _planes;

    public int Count { get; private set; }

    [UnscopedRef]
    public readonly ref readonly PlaneInfo this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);
            return ref _planes[index];
        }
    }

    /// <exception cref="InvalidOperationException">There are four already.</exception>
    public void Add(PlaneInfo plane)
    {
        if (Count == Capacity)
            throw new InvalidOperationException("A picture has at most four planes.");
        _planes[Count++] = plane;
    }

    public void Clear() => Count = 0;

    /// <summary>An inline array has no equality of its own: it throws.</summary>
    public readonly bool Equals(PlaneSet other) =>
        ((ReadOnlySpan<PlaneInfo>)_planes)[..Count].SequenceEqual(((ReadOnlySpan<PlaneInfo>)other._planes)[..other.Count]);

    public override readonly bool Equals(object? obj) => obj is PlaneSet set && Equals(set);

    public override readonly int GetHashCode() => Count == 0 ? 0 : HashCode.Combine(Count, _planes[0], _planes[Count - 1]);

    public static bool operator ==(PlaneSet left, PlaneSet right) => left.Equals(right);

    public static bool operator !=(PlaneSet left, PlaneSet right) => !left.Equals(right);

    [InlineArray(Capacity)]
    private struct Storage
    {
        private PlaneInfo _first;
    }
}
