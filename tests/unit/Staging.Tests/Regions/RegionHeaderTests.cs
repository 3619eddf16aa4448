using K8sMediaFlow.Staging.Regions;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Staging.Tests.Regions;

public sealed class RegionHeaderTests
{
    private static readonly RegionLayout Layout = RegionLayout.For([new BlockClass(4096, 70), new BlockClass(65536, 3)]);
    private static readonly RegionId Id = new(0x0123456789abcdef, 0xfedcba9876543210);
    private static readonly int Length = RegionLayout.FixedBytes + (2 * RegionLayout.ClassBytes);

    [Fact]
    public void What_was_written_is_read()
    {
        RegionHeader.TryRead(Written(), Layout.LengthBytes, out var header, out var error).ShouldBeTrue(error);
        header.Id.ShouldBe(Id);
        header.Layout.Classes.ToArray().ShouldBe(Layout.Classes.ToArray());
        header.Layout.LengthBytes.ShouldBe(Layout.LengthBytes);
        Id.ToString().ShouldBe("0123456789abcdeffedcba9876543210");
    }

    [Theory]
    [InlineData(0, "magic")]
    [InlineData(8, "layout version")]
    [InlineData(12, "class count")]
    [InlineData(32, "total length")]
    [InlineData(40, "reserved")]
    [InlineData(64, "class 0")]
    [InlineData(80, "class 0")]
    [InlineData(140, "class 1")]
    [InlineData(191, "class 1")]
    public void A_wrong_field_is_named(int offset, string name)
    {
        var bytes = Written();
        bytes[offset] ^= 0x40;
        RegionHeader.TryRead(bytes, Layout.LengthBytes, out _, out var error).ShouldBeFalse();
        error.ShouldNotBeNull().ShouldContain(name);
    }

    [Fact]
    public void Memory_shorter_than_the_region_is_refused()
    {
        RegionHeader.TryRead(Written(), Layout.LengthBytes - 1, out _, out var error).ShouldBeFalse();
        error.ShouldNotBeNull().ShouldContain("total length");
    }

    [Fact]
    public void A_header_cut_short_anywhere_is_refused()
    {
        for (var length = 0; length < Length; length++)
            RegionHeader.TryRead(Written().AsSpan(0, length), Layout.LengthBytes, out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void Every_flipped_bit_outside_the_id_is_refused()
    {
        for (var bit = 0; bit < Length * 8; bit++)
        {
            var bytes = Written();
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            var isId = bit / 8 is >= 16 and < 32;
            RegionHeader.TryRead(bytes, Layout.LengthBytes, out _, out _).ShouldBe(isId, $"bit {bit}");
        }
    }

    [Fact]
    public void Fuzz_whatever_is_accepted_lies_inside_its_memory()
    {
        var random = new Random(Seed.Take(nameof(Fuzz_whatever_is_accepted_lies_inside_its_memory)));
        var accepted = 0;
        for (var round = 0; round < 50_000; round++)
        {
            var bytes = Written();
            for (var change = random.Next(1, 6); change > 0; change--)
                Mutate(bytes, random);
            var mappedBytes = random.Next(3) == 0 ? random.NextInt64(1 << 24) : Layout.LengthBytes;
            if (!RegionHeader.TryRead(bytes, mappedBytes, out var header, out _))
                continue;
            accepted++;
            foreach (var blocks in header.Layout.Classes)
                (blocks.BlocksOffset + (blocks.BlockCount * (Int128)blocks.BlockSizeBytes)).ShouldBeLessThanOrEqualTo(mappedBytes);
        }
        accepted.ShouldBeGreaterThan(0);
    }

    private static void Mutate(byte[] bytes, Random random)
    {
        var at = random.Next(bytes.Length);
        ReadOnlySpan<long> interesting = [0, 1, -1, int.MaxValue, int.MinValue, long.MaxValue, long.MinValue, 4096, 1L << 32];
        if (random.Next(2) == 0)
            bytes[at] = (byte)random.Next(256);
        else if (at % 8 == 0)
            BitConverter.TryWriteBytes(bytes.AsSpan(at), interesting[random.Next(interesting.Length)]);
    }

    private static byte[] Written()
    {
        var bytes = new byte[Length];
        RegionHeader.Write(bytes, Id, Layout);
        return bytes;
    }
}
