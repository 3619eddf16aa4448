using System.Runtime.InteropServices;
using K8sMediaFlow.CapnProto.Tests.Samples;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>What the runtime that NuGet knew got wrong, one test each.</summary>
public class OldRuntimeDefectTests
{
    [Fact]
    public void Siblings_draw_on_one_budget()
    {
        var buffer = new MessageBuffer(1 << 20);
        buffer.Begin<Everything.Builder>().InitBytes(1000 * 1000);
        var length = buffer.Finish().Length;
        Should.Throw<CapnProtoException>(() =>
        {
            var root = buffer.Read<Everything.Reader>(length);
            for (var again = 0; again < 10_000; again++)
                _ = root.Bytes;
        }).Error.ShouldBe(CapnProtoError.TraversalLimit);
    }

    [Fact]
    public void A_struct_that_points_to_itself_ends_at_the_depth_limit()
    {
        // Root pointer to a struct of one pointer, which points back to that struct: offset -1.
        ulong[] words = [0x0001_0000_0000_0000, 0x0001_0000_ffff_fffc];
        Reading(words, message =>
        {
            var level = message.Root();
            for (var depth = 0; depth < 1_000_000; depth++)
                level = level.GetStruct(0);
        }).ShouldBe(CapnProtoError.DepthLimit);
    }

    [Fact]
    public void Half_a_billion_elements_of_nothing_cost_their_number()
    {
        // Root struct with one pointer to a composite list: tag of 2^29-1 elements of zero size.
        ulong[] words = [0x0001_0000_0000_0000, 0x0000_0007_0000_0001, 0x0000_0000_7fff_fffc];
        Reading(words, message => _ = message.Root().GetList(0)).ShouldBe(CapnProtoError.TraversalLimit);
        ulong[] voids = [0x0001_0000_0000_0000, 0xffff_fff8_0000_0001];
        Reading(voids, message => _ = message.Root().GetList(0)).ShouldBe(CapnProtoError.TraversalLimit);
    }

    [Fact]
    public void A_list_tag_that_claims_more_than_its_pointer_is_refused()
    {
        // The pointer says one word of elements, the tag three structs of a word; the words behind belong to someone else.
        ulong[] words = [0x0001_0000_0000_0000, 0x0000_000f_0000_0001, 0x0000_0001_0000_000c, 0xa, 0xdead, 0xbeef];
        Reading(words, message => _ = message.Root().GetList(0)).ShouldBe(CapnProtoError.BadListTag);
    }

    [Fact]
    public void A_frame_of_8K_is_read_under_limits_of_its_own()
    {
        const int PayloadBytes = 70 * 1000 * 1000;
        using var payload = new GuardedMemory(PayloadBytes);
        using var envelope = new GuardedMemory(512);
        var builder = new MessageBuilder(envelope.Span);
        builder.InitRoot<Everything.Builder>().SetExternalData(builder.AddExternalSegment(PayloadBytes), PayloadBytes);
        var reader = new MessageReader(envelope.Span, ReadLimits.ForSize(PayloadBytes));
        reader.AddSegment(payload.Span);
        reader.Root<Everything.Reader>().Data.Length.ShouldBe(PayloadBytes);
        var strict = new MessageReader(envelope.Span, new ReadLimits(1000, 64));
        strict.AddSegment(payload.Span);
        try
        {
            _ = strict.Root<Everything.Reader>().Data;
            Assert.Fail("the limit was not kept");
        }
        catch (CapnProtoException e)
        {
            e.Error.ShouldBe(CapnProtoError.TraversalLimit);
        }
    }

    [Fact]
    public unsafe void A_segment_may_be_longer_than_2_GiB()
    {
        // Untouched pages of a sparse allocation: a list that lies 3 GiB into its segment, reached by a far pointer.
        const long LengthBytes = 3L << 30;
        var memory = (byte*)NativeMemory.AllocZeroed((nuint)LengthBytes + 64);
        try
        {
            var words = (ulong*)memory;
            words[0] = 0x0001_0000_0000_0000;
            words[1] = ((ulong)LengthBytes / 8 << 3) | 2;
            *(ulong*)(memory + LengthBytes) = 0x0000_0022_0000_0001;
            memory[LengthBytes + 8] = 42;
            var message = new MessageReader(ReadLimits.Default);
            message.AddSegment((nint)memory, LengthBytes + 64);
            message.Root().GetData(0).ToArray().ShouldBe([42, 0, 0, 0]);
        }
        finally
        {
            NativeMemory.Free(memory);
        }
    }

    [Fact]
    public void Enumerating_a_list_under_construction_visits_each_struct_at_its_place()
    {
        var buffer = new MessageBuffer(1024);
        var points = buffer.Begin<Everything.Builder>().InitPoints(3);
        var number = 1;
        foreach (var point in points)
        {
            var target = point;
            target.X = number;
            target.Y = number++ * 10;
        }

        var read = buffer.Read<Everything.Reader>(buffer.Finish().Length).Points;
        for (var index = 0; index < 3; index++)
            (read[index].X, read[index].Y).ShouldBe((index + 1, (index + 1) * 10));
    }

    [Fact]
    public void Building_and_reading_allocates_nothing()
    {
        var buffer = new MessageBuffer(4096);
        void Once()
        {
            var e = buffer.Begin<Everything.Builder>();
            e.Text = "text";
            e.InitPoints(3);
            var read = buffer.Read<Everything.Reader>(buffer.Finish().Length);
            _ = read.Text.Equals("text");
            foreach (var point in read.Points)
                _ = point.X;
        }

        for (var warm = 0; warm < 100; warm++)
            Once();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var again = 0; again < 1000; again++)
            Once();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    [Fact]
    public void Memory_that_was_used_before_need_not_be_cleared()
    {
        var clean = new MessageBuffer(4096);
        clean.Bytes.Clear();
        SampleMessage.Fill(clean.Begin<Everything.Builder>());
        using var memory = new GuardedMemory(4096);
        memory.Span.Fill(0xff);
        var message = new MessageBuilder(memory.Span);
        SampleMessage.Fill(message.InitRoot<Everything.Builder>());
        message.SegmentBytes(0).SequenceEqual(clean.Finish().Span[8..]).ShouldBeTrue();
    }

    [Fact]
    public void A_text_may_be_set_again()
    {
        var buffer = new MessageBuffer(1024);
        var e = buffer.Begin<Everything.Builder>();
        e.Text = "first";
        e.Text = "second, longer";
        e.Data = [1];
        e.Data = [2, 3];
        var read = buffer.Read<Everything.Reader>(buffer.Finish().Length);
        read.Text.ToString().ShouldBe("second, longer");
        read.Data.ToArray().ShouldBe([2, 3]);
    }

    [Fact]
    public void A_list_or_a_struct_may_be_set_again()
    {
        var buffer = new MessageBuffer(4096);
        var e = buffer.Begin<Everything.Builder>();
        e.InitWords(2)[1] = 5;
        e.InitWords(1)[0] = 6;
        e.InitChild().Int32 = 7;
        e.InitChild().Text = "again";
        var read = buffer.Read<Everything.Reader>(buffer.Finish().Length);
        read.Words.ToArray().ShouldBe([6]);
        (read.Child.Int32, read.Child.Text.ToString()).ShouldBe((123456, "again"));
    }

    [Fact]
    public void What_is_read_lies_in_the_caller_s_memory_and_so_does_what_is_built()
    {
        using var memory = new GuardedMemory(4096);
        var message = new MessageBuilder(memory.Span);
        var e = message.InitRoot<Everything.Builder>();
        e.InitData(100).Overlaps(memory.Span).ShouldBeTrue();
        e.InitWords(3).Span.Length.ShouldBe(3);
        e.Text = "in place";
        var reader = new MessageReader(message.SegmentBytes(0), ReadLimits.Default);
        var read = reader.Root<Everything.Reader>();
        read.Data.Overlaps(memory.Span).ShouldBeTrue();
        read.Text.Bytes.Overlaps(memory.Span).ShouldBeTrue();
        read.Words.TryGetSpan(out var words).ShouldBeTrue();
        MemoryMarshal.AsBytes(words).Overlaps(memory.Span).ShouldBeTrue();
    }

    [Fact]
    public void A_builder_and_a_reader_are_used_again_for_the_next_message()
    {
        using var memory = new GuardedMemory(512);
        using var more = new GuardedMemory(4096);
        var message = new MessageBuilder(memory.Span);
        message.AddSegment(more.Span);
        var reader = new MessageReader(ReadLimits.Default);
        for (var count = 0; count < 5; count++)
        {
            message.Reset(memory.Span);
            message.SegmentCount.ShouldBe(1);
            message.AddSegment(more.Span);
            message.InitRoot<Everything.Builder>().InitWords(100)[99] = (ulong)count;
            reader.Reset(ReadLimits.Default);
            reader.AddSegment(message.SegmentBytes(0));
            reader.AddSegment(message.SegmentBytes(1));
            reader.Root<Everything.Reader>().Words[99].ShouldBe((ulong)count);
        }
    }

    private static CapnProtoError Reading(ulong[] words, Action<MessageReaderBox> read)
    {
        using var memory = new GuardedMemory(words.Length * 8);
        MemoryMarshal.AsBytes(words.AsSpan()).CopyTo(memory.Span);
        var box = new MessageReaderBox(memory);
        return Should.Throw<CapnProtoException>(() => read(box)).Error;
    }
}
