using K8sMediaFlow.Links.Ledgers;

namespace K8sMediaFlow.Sidecar.Tests.Links.Simulation;

/// <summary>The landing region of one life of the receiving sidecar. Every block has exactly one owner at any time.</summary>
internal sealed class SinkModel
{
    private readonly List<uint> _free = [];
    private readonly BlockOwner[] _owners;
    private readonly int[] _sizes;

    public SinkModel(int smallCount, int largeCount, int smallBytes, int largeBytes)
    {
        _sizes = [.. Enumerable.Repeat(smallBytes, smallCount), .. Enumerable.Repeat(largeBytes, largeCount)];
        _owners = new BlockOwner[_sizes.Length];
        for (var slot = 0u; slot < _sizes.Length; slot++)
            _free.Add(slot);
    }

    private enum BlockOwner
    {
        Sink,
        Link,
        Consumer,
    }

    public int BlockCount => _owners.Length;

    public int WithLink => _owners.Count(owner => owner == BlockOwner.Link);

    public int WithConsumer => _owners.Count(owner => owner == BlockOwner.Consumer);

    public bool TryTakeBlock(Random random, out Grant grant)
    {
        grant = default;
        if (_free.Count == 0)
            return false;
        var index = random.Next(_free.Count);
        var slot = _free[index];
        _free.RemoveAt(index);
        _owners[slot].ShouldBe(BlockOwner.Sink);
        _owners[slot] = BlockOwner.Link;
        grant = new Grant(slot, slot * 65536L, _sizes[slot]);
        return true;
    }

    public void GiveBack(uint slot) => Free(slot, BlockOwner.Link);

    public void Return(uint slot) => Free(slot, BlockOwner.Consumer);

    public void Deliver(uint slot)
    {
        _owners[slot].ShouldBe(BlockOwner.Link);
        _owners[slot] = BlockOwner.Consumer;
    }

    public void IsWritten(uint slot) => _owners[slot].ShouldBe(BlockOwner.Link, "a write came into a block that the link does not own");

    private void Free(uint slot, BlockOwner from)
    {
        _owners[slot].ShouldBe(from);
        _owners[slot] = BlockOwner.Sink;
        _free.Add(slot);
    }
}
