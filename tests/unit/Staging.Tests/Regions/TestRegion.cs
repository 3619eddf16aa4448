using K8sMediaFlow.Native;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Staging.Tests.Regions;

/// <summary>A sealed region with both its ends in this process.</summary>
internal sealed class TestRegion : IDisposable
{
    private readonly MappedMemory _writable;
    private readonly MappedMemory _readable;

    public TestRegion(params BlockClass[] classes)
    {
        Region = StagingRegion.Create("test-region", classes);
        _writable = Region.MapForProducer();
        Region.Seal();
        _readable = Region.MapForReader();
        Writer = new RegionWriter(_writable);
        Reader = new RegionReader(_readable);
    }

    public StagingRegion Region { get; }

    public RegionWriter Writer { get; }

    public RegionReader Reader { get; }

    public BlockRef Take(long bytes = 1, BlockQuota? quota = null)
    {
        Writer.TryTake(bytes, quota ?? new BlockQuota(int.MaxValue), out var block).ShouldBeTrue();
        return block;
    }

    public static SegmentRef Whole(BlockRef block, int lengthBytes) => new(0, block, 0, (uint)lengthBytes);

    public void Dispose()
    {
        _writable.Dispose();
        _readable.Dispose();
        Region.Dispose();
    }
}
