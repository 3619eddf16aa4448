using K8sMediaFlow.Native;
using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Sdk.Memory;

/// <summary>
/// The operator's own region in one attach. After the sidecar's death the next attach brings another one; this one stays mapped until
/// the last loan and the last frame that lie in it are copied or done. Counted under the operator's lock.
/// </summary>
internal sealed class OwnRegion(MappedMemory memory)
{
    private int _users;
    private bool _retired;

    public RegionWriter Writer { get; } = new(memory);

    /// <summary>The largest payload that fits a block.</summary>
    public long LargestBytes => Writer.Layout.Classes[^1].BlockSizeBytes;

    /// <summary>
    /// Gives a block back. Not in a retired region: no loan takes blocks there any more, and a consumer that had passed a frame on copies
    /// its bytes for the new sidecar, for which the block must look taken as it did when the frame was sent.
    /// </summary>
    public void Release(BlockRef block)
    {
        if (!_retired)
            Writer.Release(block);
    }

    public void Use() => _users++;

    public void Leave()
    {
        Invariant.That(_users > 0);
        _users--;
        Unmap();
    }

    public void Retire()
    {
        _retired = true;
        Unmap();
    }

    private void Unmap()
    {
        if (_retired && _users == 0)
            memory.Dispose();
    }
}
