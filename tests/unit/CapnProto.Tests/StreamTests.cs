using K8sMediaFlow.CapnProto.Tests.Samples;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>Many messages in one stream, plain and packed, however the stream delivers them.</summary>
public class StreamTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Messages_arrive_one_after_the_other_whatever_the_stream_s_pieces(bool isPacked)
    {
        var random = new Random(Seed.Take(nameof(Messages_arrive_one_after_the_other_whatever_the_stream_s_pieces)));
        var (stream, digests) = Write(random, 120, isPacked);
        var input = new MessageInput(new TricklingStream(stream, random), ReadLimits.Default, isPacked);
        foreach (var digest in digests)
        {
            (random.Next(2) == 0 ? input.MoveNext() : await input.MoveNextAsync()).ShouldBeTrue();
            FastWalker.Digest(ref input.Message).ShouldBe(digest);
        }

        input.MoveNext().ShouldBeFalse();
        (await input.MoveNextAsync()).ShouldBeFalse();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_stream_that_ends_within_a_message_is_refused(bool isPacked)
    {
        var random = new Random(Seed.Take(nameof(A_stream_that_ends_within_a_message_is_refused)));
        var (stream, _) = Write(random, 1, isPacked);
        for (var length = 1; length < stream.Length; length++)
        {
            var input = new MessageInput(new MemoryStream(stream, 0, length), ReadLimits.Default, isPacked);
            Should.Throw<CapnProtoException>(() => input.MoveNext()).Error.ShouldBe(CapnProtoError.BadFraming);
        }
    }

    [Fact]
    public void A_table_that_announces_more_than_the_limits_allow_is_refused_before_memory_is_taken_for_it()
    {
        byte[] table = [0, 0, 0, 0, 0, 0, 0, 0x10, .. new byte[64]];
        var before = GC.GetAllocatedBytesForCurrentThread();
        Should.Throw<CapnProtoException>(() => new MessageInput(new MemoryStream(table), ReadLimits.Default).MoveNext()).Error
            .ShouldBe(CapnProtoError.TraversalLimit);
        byte[] absurd = [0xff, 0xff, 0, 0, 0, 0, 0, 0];
        Should.Throw<CapnProtoException>(() => new MessageInput(new MemoryStream(absurd), ReadLimits.Default).MoveNext()).Error
            .ShouldBe(CapnProtoError.BadFraming);

        // Announced within the limits, but never sent: memory grows with what arrives.
        byte[] half = [0, 0, 0, 0, 0, 0, 0x70, 0, .. new byte[64]];
        Should.Throw<CapnProtoException>(() => new MessageInput(new MemoryStream(half), ReadLimits.Default).MoveNext()).Error
            .ShouldBe(CapnProtoError.BadFraming);
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBeLessThan(4 << 20);
    }

    [Fact]
    public void A_message_of_many_megabytes_arrives_whole()
    {
        var memory = GC.AllocateUninitializedArray<byte>(9 << 20, pinned: true);
        var message = new MessageBuilder(memory);
        message.InitRoot<Everything.Builder>().InitData(8 << 20).Fill(7);
        using var stream = new MemoryStream();
        new MessageOutput(stream).Write(in message);
        GC.KeepAlive(memory);
        stream.Position = 0;
        var input = new MessageInput(stream, ReadLimits.ForSize(9 << 20));
        input.MoveNext().ShouldBeTrue();
        input.Root<Everything.Reader>().Data.IndexOfAnyExcept((byte)7).ShouldBe(-1);
        input.Root<Everything.Reader>().Data.Length.ShouldBe(8 << 20);
    }

    [Fact]
    public void Sending_parts_from_where_they_lie_makes_the_framed_message()
    {
        var source = new RandomMessage(new Random(Seed.Take(nameof(Sending_parts_from_where_they_lie_makes_the_framed_message))));
        var parts = new MessageParts();
        var path = Path.GetTempFileName();
        try
        {
            using var file = File.OpenHandle(path, FileMode.Create, FileAccess.ReadWrite);
            for (var count = 0; count < 50; count++)
            {
                var framed = source.Framed();
                parts.Take(in source.Message);
                parts.LengthBytes.ShouldBe(framed.Length);
                RandomAccess.Write(file, parts.Memories, 0);
                var written = new byte[framed.Length];
                RandomAccess.Read(file, written, 0).ShouldBe(written.Length);
                written.AsSpan().SequenceEqual(framed).ShouldBeTrue();
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_part_is_the_segment_itself()
    {
        using var memory = new GuardedMemory(4096);
        var message = new MessageBuilder(memory.Span);
        SampleMessage.Fill(message.InitRoot<Everything.Builder>());
        var external = message.AddExternalSegment(100);
        message.Part(0).Span.Overlaps(memory.Span, out var offset).ShouldBeTrue();
        offset.ShouldBe(0);
        message.Part(external).ShouldBe(new MessagePart(0, 100));
        var box = message;
        Should.Throw<ArgumentException>(() => new MessageParts().Take(in box));
    }

    private static (byte[] Stream, ulong[] Digests) Write(Random random, int count, bool isPacked)
    {
        var source = new RandomMessage(random);
        using var stream = new MemoryStream();
        var output = new MessageOutput(stream, isPacked);
        var digests = new ulong[count];
        for (var index = 0; index < count; index++)
        {
            var reader = source.Next().ToReader(ReadLimits.Default);
            digests[index] = FastWalker.Digest(ref reader);
            if (random.Next(2) == 0)
                output.Write(in source.Message);
            else
                output.WriteAsync(in source.Message).AsTask().Wait(Hang.Bound).ShouldBeTrue();
        }

        return (stream.ToArray(), digests);
    }

    /// <summary>Gives a few bytes at a time, as a socket may.</summary>
    private sealed class TricklingStream(byte[] bytes, Random random) : MemoryStream(bytes)
    {
        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, random.Next(1, 400))]);

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, random.Next(1, 400))], cancellationToken);
    }
}
