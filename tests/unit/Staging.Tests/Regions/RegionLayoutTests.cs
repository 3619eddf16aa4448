using K8sMediaFlow.Staging.Regions;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Staging.Tests.Regions;

public sealed class RegionLayoutTests
{
    [Fact]
    public void Two_classes_lie_as_the_wire_document_draws_them()
    {
        var layout = RegionLayout.For([new BlockClass(1 << 20, 3), new BlockClass(4096, 100)]);
        layout.Classes.ToArray().ShouldBe([
            new RegionClass(4096, 100, 0, BitmapOffset: 192, GenerationsOffset: 256, BlocksOffset: 4096),
            new RegionClass(1 << 20, 3, 100, BitmapOffset: 704, GenerationsOffset: 768, BlocksOffset: 4096 + (100 * 4096)),
        ]);
        layout.BlockCount.ShouldBe(103u);
        layout.LengthBytes.ShouldBe(4096 + (100 * 4096) + (3 << 20));
    }

    [Theory]
    [InlineData(4095, 1, "multiple of 4096")]
    [InlineData(0, 1, "multiple of 4096")]
    [InlineData(-4096, 1, "multiple of 4096")]
    [InlineData(2L << 30, 1, "multiple of 4096")]
    [InlineData(4096, 0, "blocks are not")]
    [InlineData(4096, -1, "blocks are not")]
    [InlineData(4096, int.MaxValue, "blocks are not")]
    public void A_class_that_makes_no_region_is_refused_with_the_reason(long sizeBytes, int count, string reason) =>
        Should.Throw<ArgumentException>(() => RegionLayout.For([new BlockClass(sizeBytes, count)])).Message.ShouldContain(reason);

    [Fact]
    public void No_class_too_many_and_equal_ones_are_refused()
    {
        Should.Throw<ArgumentException>(() => RegionLayout.For([]));
        Should.Throw<ArgumentException>(() => RegionLayout.For([.. Enumerable.Range(1, 9).Select(size => new BlockClass(size * 4096, 1))]));
        Should.Throw<ArgumentException>(() => RegionLayout.For([new BlockClass(4096, 1), new BlockClass(4096, 2)]));
    }

    [Fact]
    public void Parts_of_random_layouts_are_aligned_and_never_overlap()
    {
        var random = new Random(Seed.Take(nameof(Parts_of_random_layouts_are_aligned_and_never_overlap)));
        for (var round = 0; round < 300; round++)
        {
            var sizes = Enumerable.Range(1, 200).OrderBy(_ => random.Next()).Take(random.Next(1, 9));
            var layout = RegionLayout.For([.. sizes.Select(size => new BlockClass(size * 4096L, random.Next(1, 500)))]);
            var end = (long)RegionLayout.FixedBytes + (RegionLayout.ClassBytes * layout.Classes.Length);
            foreach (var (offset, bytes, alignment) in Parts(layout))
            {
                (offset % alignment).ShouldBe(0);
                offset.ShouldBeGreaterThanOrEqualTo(end);
                end = offset + bytes;
            }
            layout.LengthBytes.ShouldBe(end);
        }
    }

    [Fact]
    public void Every_block_belongs_to_the_class_that_counts_it()
    {
        var layout = RegionLayout.For([new BlockClass(4096, 65), new BlockClass(8192, 1), new BlockClass(12288, 7)]);
        for (var block = 0u; block < layout.BlockCount; block++)
        {
            ref readonly var blocks = ref layout.Classes[layout.ClassOf(block)];
            (block - blocks.FirstBlock).ShouldBeLessThan(blocks.BlockCount);
            layout.BlockOffset(block).ShouldBe(blocks.BlocksOffset + ((block - blocks.FirstBlock) * blocks.BlockSizeBytes));
        }
    }

    private static IEnumerable<(long Offset, long Bytes, int Alignment)> Parts(RegionLayout layout)
    {
        var classes = layout.Classes.ToArray();
        var heads = classes.SelectMany(one => new[]
        {
            (one.BitmapOffset, one.BitmapWords * 8L, 64), (one.GenerationsOffset, one.BlockCount * 4L, 64),
        });
        return heads.Concat(classes.Select(one => (one.BlocksOffset, one.BlockCount * one.BlockSizeBytes, 4096)));
    }
}
