using System.Runtime.InteropServices;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>The packed encoding, against the reference and against cuts at every place.</summary>
public class PackedTests
{
    private readonly byte[] _memory = GC.AllocateUninitializedArray<byte>(512 * 1024, pinned: true);

    [Theory]
    [InlineData("0800000003000200", "51080302")]
    [InlineData("19000000AA010000", "3119AA01")]
    [InlineData("0000000000000000000000000000000000000000000000000000000000000000", "0003")]
    [InlineData("8A8A8A8A8A8A8A8A8A8A8A8A8A8A8A8A8A8A8A8A8A8A8A8A", "FF8A8A8A8A8A8A8A8A028A8A8A8A8A8A8A8A8A8A8A8A8A8A8A8A")]
    public void The_specification_s_words_pack_to_its_bytes(string words, string packed)
    {
        var source = Convert.FromHexString(words);
        var target = new byte[PackedEncoding.SizeBytesMax(source.Length)];
        PackedEncoding.Pack(source, target, out var consumed, out var written);
        consumed.ShouldBe(source.Length);
        Convert.ToHexString(target.AsSpan(0, written)).ShouldBe(packed);
    }

    [Fact]
    public void What_was_packed_unpacks_however_it_is_cut()
    {
        var random = new Random(Seed.Take(nameof(What_was_packed_unpacks_however_it_is_cut)));
        for (var count = 0; count < 300; count++)
        {
            var words = Words(random);
            var packed = Pack(words, random);
            packed.Length.ShouldBeLessThanOrEqualTo((int)PackedEncoding.SizeBytesMax(words.Length));
            Unpack(packed, words.Length, random).AsSpan().SequenceEqual(words).ShouldBeTrue();
        }
    }

    [NeedsFact("capnp")]
    public void The_reference_unpacks_what_we_pack_and_the_reverse()
    {
        var source = new RandomMessage(new Random(Seed.Take(nameof(The_reference_unpacks_what_we_pack_and_the_reverse))));
        using var framed = new MemoryStream();
        using var packed = new MemoryStream();
        for (var count = 0; count < 400; count++)
        {
            framed.Write(source.Framed());
            packed.Write(_memory.AsSpan(0, PackedFraming.Write(in source.Message, _memory)));
        }

        // The tool joins each message's segments on the way, so both are compared in its own form.
        var plain = Tool.Run("capnp", ["convert", "--quiet", "binary:binary"], framed.ToArray());
        Tool.Run("capnp", ["convert", "--quiet", "packed:binary"], packed.ToArray()).AsSpan().SequenceEqual(plain).ShouldBeTrue();
        var theirs = Tool.Run("capnp", ["convert", "--quiet", "binary:packed"], framed.ToArray());
        Messages(theirs, isPacked: true).ShouldBe(Messages(plain, isPacked: false));
    }

    [Fact]
    public void A_packed_message_that_is_cut_or_too_long_is_refused()
    {
        var source = new RandomMessage(new Random(Seed.Take(nameof(A_packed_message_that_is_cut_or_too_long_is_refused))));
        var framed = source.Framed();
        var packed = _memory.AsSpan(0, PackedFraming.Write(in source.Message, _memory)).ToArray();
        using var memory = new GuardedMemory(framed.Length);
        PackedFraming.TryRead(packed, memory.Span, ReadLimits.Default, out _, out var packedBytes).ShouldBeTrue();
        packedBytes.ShouldBe(packed.Length);
        memory.Span.SequenceEqual(framed).ShouldBeTrue();
        for (var length = 0; length < packed.Length; length++)
            PackedFraming.TryRead(packed.AsSpan(0, length), memory.Span, ReadLimits.Default, out _, out _).ShouldBeFalse();
        using var small = new GuardedMemory(framed.Length - 8);
        PackedFraming.TryRead(packed, small.Span, ReadLimits.Default, out _, out _).ShouldBeFalse();
        Should.Throw<ArgumentException>(() => PackedFraming.Write(in source.Message, new byte[packed.Length - 1]));
    }

    [Fact]
    public void A_few_packed_bytes_cannot_unfold_beyond_the_memory_given()
    {
        // A table of one huge segment, then zero runs without end.
        byte[] packed = [0x70, 0xff, 0xff, 0xff, .. Enumerable.Repeat(new byte[] { 0, 255 }, 5000).SelectMany(run => run)];
        using var memory = new GuardedMemory(4096);
        PackedFraming.TryRead(packed, memory.Span, ReadLimits.Default, out _, out _).ShouldBeFalse();
    }

    private static ulong[] Messages(byte[] stream, bool isPacked)
    {
        var digests = new List<ulong>();
        var input = new MessageInput(new MemoryStream(stream), ReadLimits.Default, isPacked);
        while (input.MoveNext())
            digests.Add(FastWalker.Digest(ref input.Message));
        digests.Count.ShouldBe(400);
        return digests.ToArray();
    }

    private static byte[] Words(Random random)
    {
        var words = new ulong[random.Next(1, 2000)];
        for (var at = 0; at < words.Length;)
            for (var (run, kind) = (random.Next(1, 400), random.Next(4)); run > 0 && at < words.Length; run--)
                words[at++] = kind switch
                {
                    0 => 0,
                    1 => (ulong)random.NextInt64() | 0x0101010101010101,
                    2 => (ulong)random.NextInt64() & ((1UL << random.Next(64)) - 1),
                    _ => (ulong)random.Next(2),
                };
        return MemoryMarshal.AsBytes(words.AsSpan()).ToArray();
    }

    private static byte[] Pack(byte[] words, Random random)
    {
        using var packed = new MemoryStream();
        var piece = new byte[random.Next(10, 500)];
        for (var at = 0; at < words.Length;)
        {
            PackedEncoding.Pack(words.AsSpan(at), piece, out var consumed, out var written);
            consumed.ShouldBeGreaterThan(0);
            packed.Write(piece, 0, written);
            at += consumed;
        }

        return packed.ToArray();
    }

    private static byte[] Unpack(byte[] packed, int lengthBytes, Random random)
    {
        using var memory = new GuardedMemory(lengthBytes);
        var decoder = default(PackedDecoder);
        var (from, to, end, room) = (0, 0, 0, 0);
        while (to < lengthBytes)
        {
            end = Math.Min(packed.Length, Math.Max(end, from) + random.Next(20));
            room = Math.Min(lengthBytes, Math.Max(room, to) + (random.Next(6) * 8));
            decoder.Decode(packed.AsSpan(from, end - from), memory.Span[to..room], out var consumed, out var written);
            (from, to) = (from + consumed, to + written);
        }

        from.ShouldBe(packed.Length);
        decoder.IsBetweenRuns.ShouldBeTrue();
        return memory.Span.ToArray();
    }
}
