using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Sdk.Memory;

/// <summary>
/// The region of another producer, mapped read-only. It stays mapped until the sidecar says that it is gone (or is gone itself) and nothing
/// here points into it any more. Counted under the operator's lock.
/// </summary>
internal sealed class ForeignRegion(MappedMemory memory, RegionName name)
{
    private int _users;
    private bool _gone;

    public RegionReader Reader { get; } = new(memory);

    /// <summary>The operator's own name for it, by which descriptors in flight name it.</summary>
    public RegionName Name { get; } = name;

    /// <summary>It is an earlier sidecar's: no consumer will ever be told of it, so what lies in it is copied before it is sent.</summary>
    public bool IsStale { get; private set; }

    public bool IsUnmapped => _gone && _users == 0;

    public void Use() => _users++;

    public void Leave()
    {
        Invariant.That(_users > 0);
        _users--;
        Unmap();
    }

    public void Retire()
    {
        _gone = true;
        Unmap();
    }

    /// <summary>Its sidecar died.</summary>
    public void Orphan()
    {
        IsStale = true;
        Retire();
    }

    private void Unmap()
    {
        if (IsUnmapped)
            memory.Dispose();
    }
}
