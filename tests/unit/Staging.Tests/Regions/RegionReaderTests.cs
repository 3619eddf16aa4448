using K8sMediaFlow.Staging.Regions;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Staging.Tests.Regions;

public sealed class RegionReaderTests : IDisposable
{
    private readonly TestRegion _region = new(new BlockClass(4096, 66), new BlockClass(65536, 2));

    public void Dispose() => _region.Dispose();

    [Fact]
    public void A_segment_shows_the_producers_bytes_without_a_copy()
    {
        var block = _region.Take(65536);
        _region.Writer.Memory(block)[100] = 5;
        _region.Reader.TryResolve(new SegmentRef(0, block, 100, 1), out var bytes).ShouldBeTrue();
        bytes.ToArray().ShouldBe([5]);
        _region.Writer.Memory(block)[100] = 6;
        bytes[0].ShouldBe((byte)6);
    }

    [Theory]
    [InlineData(0, 0, 4096, SegmentError.None)]
    [InlineData(0, 4096, 0, SegmentError.None)]
    [InlineData(0, 1, 4096, SegmentError.OutOfBounds)]
    [InlineData(0, 4097, 0, SegmentError.OutOfBounds)]
    [InlineData(0, uint.MaxValue, uint.MaxValue, SegmentError.OutOfBounds)]
    [InlineData(1, 0, 1, SegmentError.StaleGeneration)]
    [InlineData(68, 0, 1, SegmentError.UnknownBlock)]
    [InlineData(uint.MaxValue, 0, 1, SegmentError.UnknownBlock)]
    public void A_segment_outside_what_is_there_is_refused_with_the_reason(uint blockNumber, uint offset, uint length,
        SegmentError expected)
    {
        var block = _region.Take();
        var segment = new SegmentRef(0, block with { Block = blockNumber }, offset, length);
        _region.Reader.TryResolve(in segment, out var bytes, out var error).ShouldBe(expected == SegmentError.None);
        error.ShouldBe(expected);
        bytes.Length.ShouldBe(expected == SegmentError.None ? (int)length : 0);
        _region.Reader.Refused.ShouldBe(expected == SegmentError.None ? 0 : 1);
    }

    [Fact]
    public void A_segment_of_a_freed_block_is_refused_and_of_its_next_life_too()
    {
        var block = _region.Take();
        var segment = TestRegion.Whole(block, 10);
        _region.Reader.IsCurrent(in segment).ShouldBeTrue();
        _region.Writer.Release(block);
        _region.Reader.TryResolve(in segment, out _, out var freed);
        freed.ShouldBe(SegmentError.StaleGeneration);
        _region.Reader.TryResolve(segment with { Generation = segment.Generation + 1 }, out _, out var forged);
        forged.ShouldBe(SegmentError.NotTaken);
        _region.Take().Block.ShouldBe(block.Block);
        _region.Reader.TryResolve(in segment, out _, out var reborn);
        reborn.ShouldBe(SegmentError.StaleGeneration);
        _region.Reader.IsCurrent(in segment).ShouldBeFalse();
    }

    [Fact]
    public void What_is_in_use_can_be_seen_from_outside()
    {
        _region.Take();
        _region.Take(65536);
        _region.Reader.BlocksInUseOf(0).ShouldBe(1);
        _region.Reader.BlocksInUseOf(1).ShouldBe(1);
        _region.Reader.StateOf(66).ShouldBe((true, 1u));
        _region.Reader.StateOf(67).ShouldBe((false, 0u));
    }

    [Fact]
    public void A_table_resolves_only_the_regions_that_were_set()
    {
        var table = new RegionTable();
        table.Set(3, _region.Reader);
        var block = _region.Take();
        table.TryResolve(new SegmentRef(3, block, 0, 4), out var bytes, out _).ShouldBeTrue();
        bytes.Length.ShouldBe(4);
        foreach (var index in new ushort[] { 0, 4, 255, 256, ushort.MaxValue })
        {
            table.TryResolve(new SegmentRef(index, block, 0, 4), out _, out var error).ShouldBeFalse();
            error.ShouldBe(SegmentError.UnknownRegion);
        }
        table.Set(3, null);
        table.TryResolve(new SegmentRef(3, block, 0, 4), out _, out _).ShouldBeFalse();
    }

    [Fact]
    public unsafe void Fuzz_whatever_is_accepted_lies_in_a_taken_block()
    {
        var random = new Random(Seed.Take(nameof(Fuzz_whatever_is_accepted_lies_in_a_taken_block)));
        var taken = Enumerable.Range(0, 40).Select(_ => _region.Take(random.Next(1, 4096)))
            .ToDictionary(block => block.Block, block => block.Generation);
        var start = _region.Reader.Memory.Address;
        var accepted = 0;
        for (var round = 0; round < 200_000; round++)
        {
            var segment = new SegmentRef(0, new BlockRef(Pick(random, 70), Pick(random, 3)), Pick(random, 70_000), Pick(random, 70_000));
            if (!_region.Reader.TryResolveAddress(in segment, out var address, out _))
                continue;
            accepted++;
            taken[segment.Block].ShouldBe(segment.Generation);
            var layout = _region.Reader.Layout;
            (address - start).ShouldBe((nint)(layout.BlockOffset(segment.Block) + segment.Offset));
            ((long)segment.Offset + segment.Length).ShouldBeLessThanOrEqualTo(layout.BlockSizeBytes(segment.Block));
        }
        accepted.ShouldBeGreaterThan(0);
    }

    private static uint Pick(Random random, int usual) => random.Next(8) == 0 ? (uint)random.NextInt64(1L << 32) : (uint)random.Next(usual);
}
