using K8sMediaFlow.Primitives;
using K8sMediaFlow.Staging.Regions;

namespace K8sMediaFlow.Staging.Tests.Regions;

public sealed class RegionWriterTests : IDisposable
{
    private readonly TestRegion _region = new(new BlockClass(4096, 2), new BlockClass(65536, 2));
    private readonly BlockQuota _quota = new(100);

    public void Dispose() => _region.Dispose();

    [Fact]
    public void The_smallest_class_that_fits_is_taken_and_then_the_next_larger()
    {
        var sizes = Enumerable.Range(0, 4).Select(_ => _region.Writer.Memory(_region.Take(100, _quota)).Length);
        sizes.ShouldBe([4096, 4096, 65536, 65536]);
        _region.Writer.TryTake(100, _quota, out _).ShouldBeFalse();
        _region.Writer.BlocksInUse.ShouldBe(4);
        _quota.InUseBlocks.ShouldBe(4);
    }

    [Fact]
    public void More_bytes_than_the_largest_block_are_never_given()
    {
        _region.Writer.TryTake(65537, _quota, out _).ShouldBeFalse();
        _region.Writer.TryTake(long.MaxValue, _quota, out _).ShouldBeFalse();
        _quota.InUseBlocks.ShouldBe(0);
    }

    [Fact]
    public void A_quota_that_is_used_up_leaves_the_other_ports_blocks_alone()
    {
        var own = new BlockQuota(1);
        var block = _region.Take(1, own);
        _region.Writer.TryTake(1, own, out _).ShouldBeFalse();
        _region.Writer.TryTake(1, _quota, out _).ShouldBeTrue();
        _region.Writer.Release(block).ShouldBeTrue();
        _region.Writer.TryTake(1, own, out _).ShouldBeTrue();
    }

    [Fact]
    public void A_block_is_free_only_when_its_last_reference_is_back()
    {
        var block = _region.Take(1, _quota);
        _region.Writer.AddReference(block, 2);
        _region.Writer.References(block).ShouldBe(3);
        _region.Writer.Release(block).ShouldBeTrue();
        _region.Writer.Release(block).ShouldBeTrue();
        _region.Writer.BlocksInUse.ShouldBe(1);
        _region.Writer.Release(block).ShouldBeTrue();
        _region.Writer.BlocksInUse.ShouldBe(0);
        _quota.InUseBlocks.ShouldBe(0);
    }

    [Fact]
    public void A_second_release_is_refused_and_counted_even_when_the_block_lives_again()
    {
        var first = _region.Take(1, _quota);
        _region.Writer.Release(first).ShouldBeTrue();
        _region.Writer.Release(first).ShouldBeFalse();
        var second = _region.Take(1, _quota);
        second.Block.ShouldBe(first.Block);
        second.Generation.ShouldBe(first.Generation + 2);
        _region.Writer.Release(first).ShouldBeFalse();
        _region.Writer.References(second).ShouldBe(1);
        _region.Writer.RefusedReleases.ShouldBe(2);
    }

    [Fact]
    public void A_release_of_a_block_that_is_not_there_is_refused()
    {
        _region.Writer.Release(new BlockRef(4, 1)).ShouldBeFalse();
        _region.Writer.Release(new BlockRef(uint.MaxValue, 0)).ShouldBeFalse();
        _region.Writer.Release(new BlockRef(0, 0)).ShouldBeFalse();
    }

    [Fact]
    public void A_reference_to_a_life_that_is_over_breaks_an_invariant()
    {
        var block = _region.Take(1, _quota);
        _region.Writer.Release(block).ShouldBeTrue();
        Should.Throw<InvariantException>(() => _region.Writer.AddReference(block));
        Should.Throw<InvariantException>(() => _region.Writer.Memory(block).Length);
    }

    [Fact]
    public void Blocks_are_page_aligned_and_apart()
    {
        var addresses = Enumerable.Range(0, 4).Select(_ => (long)_region.Writer.Address(_region.Take(1, _quota))).ToArray();
        addresses.ShouldAllBe(address => address % 4096 == 0);
        addresses.Distinct().Count().ShouldBe(4);
    }

    [Fact]
    public void Threads_that_take_and_release_never_share_a_block()
    {
        using var region = new TestRegion(new BlockClass(4096, 130), new BlockClass(8192, 3));
        var holders = new int[133];
        var shared = 0;
        void Work()
        {
            for (var round = 0; round < 50_000; round++)
            {
                if (!region.Writer.TryTake(1, _quota, out var block))
                    continue;
                if (Interlocked.Increment(ref holders[block.Block]) != 1)
                    Interlocked.Increment(ref shared);
                Interlocked.Decrement(ref holders[block.Block]);
                if (!region.Writer.Release(block))
                    Interlocked.Increment(ref shared);
            }
        }

        Parallel.Invoke([.. Enumerable.Repeat(Work, 4)]);
        shared.ShouldBe(0);
        region.Writer.BlocksInUse.ShouldBe(0);
        _quota.InUseBlocks.ShouldBe(0);
        region.Writer.RefusedReleases.ShouldBe(0);
    }
}
