using System.Runtime.InteropServices;
using K8sMediaFlow.Native;
using K8sMediaFlow.Staging.Regions;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Staging.Tests.Regions;

/// <summary>A region on huge pages is sealed and shared as any other; on pages that the machine really reserved.</summary>
public sealed partial class HugeRegionTests
{
    private const int PageBytes = 2 << 20;

    [NeedsFact("root")]
    [Trait("Category", "Root")]
    public void A_region_takes_whole_huge_pages_at_once_and_gives_them_back()
    {
        using var pages = new ReservedPages(4);
        var free = ReservedPages.Free;
        using (var region = Region())
        {
            // Three blocks of 1 MiB and the header.
            region.File.LengthBytes.ShouldBe(2 * PageBytes);
            (free - ReservedPages.Free).ShouldBe(2);
        }
        ReservedPages.Free.ShouldBe(free);
    }

    [NeedsFact("root")]
    [Trait("Category", "Root")]
    public void What_its_producer_writes_a_reader_sees_and_nobody_else_can_write()
    {
        using var pages = new ReservedPages(4);
        using var region = Region();
        using var producer = region.MapForProducer();
        region.Seal();
        using var reader = region.MapForReader();
        var writer = new RegionWriter(producer);
        writer.TryTake(1 << 20, new BlockQuota(1), out var block).ShouldBeTrue();
        writer.Memory(block)[^1] = 77;
        new RegionReader(reader).TryResolve(TestRegion.Whole(block, 1 << 20), out var bytes).ShouldBeTrue();
        bytes[^1].ShouldBe((byte)77);
        Should.Throw<StagingException>(region.MapForProducer).Message.ShouldContain("not permitted");
        ftruncate(region.File.Descriptor, 8 * PageBytes).ShouldBe(-1);
        ftruncate(region.File.Descriptor, 0).ShouldBe(-1);
    }

    [NeedsFact("root")]
    [Trait("Category", "Root")]
    public void A_region_for_which_too_few_are_free_leaves_none_taken()
    {
        using var pages = new ReservedPages(1);
        var free = ReservedPages.Free;
        Should.Throw<StagingException>(() => StagingRegion.Create("huge", [new BlockClass(1 << 30, 64)], PageBytes))
            .Error.ShouldBe(StagingError.OutOfMemory);
        ReservedPages.Free.ShouldBe(free);
    }

    private static StagingRegion Region() => StagingRegion.Create("huge", [new BlockClass(1 << 20, 3)], PageBytes);

    [LibraryImport("libc")]
    private static partial int ftruncate(int fd, long length);
}
