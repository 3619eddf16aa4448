using System.Runtime.CompilerServices;

namespace K8sMediaFlow.Messages;

/// <summary>Up to four planes, in place.</summary>
public struct PlaneSet
{
    public const int Capacity = 4;

    private Storage _planes;

    public int Count { get; private set; }

    public readonly PlaneInfo this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)index, (uint)Count);
            return _planes[index];
        }
    }

    /// <exception cref="InvalidOperationException">There are four already.</exception>
    public void Add(PlaneInfo plane)
    {
        if (Count == Capacity)
            throw new InvalidOperationException("A picture has at most four planes.");
        _planes[Count++] = plane;
    }

    [InlineArray(Capacity)]
    private struct Storage
    {
        private PlaneInfo _first;
    }
}
