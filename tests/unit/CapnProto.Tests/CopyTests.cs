using K8sMediaFlow.CapnProto.Tests.Samples;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>Deep copies from message to message, and what is built again on top of them.</summary>
public class CopyTests
{
    [Fact]
    public void A_copy_reads_as_its_source()
    {
        var random = new Random(Seed.Take(nameof(A_copy_reads_as_its_source)));
        var source = new RandomMessage(random);
        var memory = GC.AllocateUninitializedArray<byte>(256 * 1024, pinned: true);
        for (var count = 0; count < 500; count++)
        {
            var reader = source.Next().ToReader(ReadLimits.Default);
            var copy = new MessageBuilder(memory.AsSpan(0, random.Next(1, 32) * 8));
            for (var at = 1024; at < memory.Length; at += 4096)
                copy.AddSegment(memory.AsSpan(at, 4096 - 1024));
            copy.RootPointer().SetPointer(reader.RootPointer());
            var again = copy.ToReader(ReadLimits.Default);
            FastWalker.Digest(ref again).ShouldBe(FastWalker.Digest(ref reader));
        }
        GC.KeepAlive(memory);
        GC.KeepAlive(source);
    }

    [Fact]
    public void A_copy_keeps_fields_that_this_version_does_not_know()
    {
        var newer = new MessageBuffer(1024);
        var built = newer.Begin<New.Builder>();
        (built.A, built.C) = (5, 7);
        built.D = "unknown to the old";
        var target = new MessageBuffer(1024);
        target.Begin<Old.Builder>();
        target.Builder.RootPointer().SetStruct(newer.Read<Old.Reader>(newer.Finish().Length).Raw);
        var read = target.Read<New.Reader>(target.Finish().Length);
        (read.A, read.C, read.D.ToString()).ShouldBe(((ushort)5, 7UL, "unknown to the old"));
    }

    [Fact]
    public void A_copy_of_an_older_struct_grows_when_a_newer_field_is_set()
    {
        var older = new MessageBuffer(1024);
        var built = older.Begin<Old.Builder>();
        built.A = 6;
        built.B = "kept";
        var source = older.Read<Old.Reader>(older.Finish().Length).Raw;
        using var first = new GuardedMemory(64);
        using var second = new GuardedMemory(512);
        var target = new MessageBuilder(first.Span);
        target.AddSegment(second.Span);
        target.RootPointer().SetStruct(source);
        var grown = target.GetRoot<New.Builder>();
        grown.C = 99 ^ 7;
        grown.D = "new";
        var read = target.ToReader(ReadLimits.Default);
        var root = read.Root<New.Reader>();
        (root.A, root.B.ToString(), root.D.ToString()).ShouldBe(((ushort)6, "kept", "new"));
        target.GetRoot<New.Builder>().A.ShouldBe((ushort)6);
    }

    [Fact]
    public void A_copied_list_of_numbers_grows_into_structs_and_a_list_of_bits_does_not()
    {
        var words = new MessageBuffer(1024);
        words.Begin<Words.Builder>().InitWords(3)[2] = 1234;
        var target = new MessageBuffer(1024);
        target.Begin<Numbers.Builder>();
        target.Builder.RootPointer().SetStruct(words.Read<Words.Reader>(words.Finish().Length).Raw);
        var numbers = target.Builder.GetRoot<Numbers.Builder>().Raw.GetStructs<Number.Builder>(0);
        numbers.Count.ShouldBe(3);
        numbers[2].Value.ShouldBe((ushort)1234);
        var first = numbers[0];
        first.Value = 9;
        target.Read<Numbers.Reader>(target.Finish().Length).Numbers[0].Value.ShouldBe((ushort)9);
        var bits = new MessageBuffer(1024);
        bits.Begin<Words.Builder>().Raw.InitBools(0, 3);
        Should.Throw<CapnProtoException>(() => bits.Builder.GetRoot<Numbers.Builder>().Raw.GetStructs<Number.Builder>(0).Count).Error
            .ShouldBe(CapnProtoError.WrongElementSize);
    }

    [Fact]
    public void A_copied_list_of_older_structs_grows_and_keeps_what_its_elements_lead_to()
    {
        var older = new MessageBuffer(2048);
        var list = older.Begin<New.Builder>().Raw.InitStructs<Old.Builder>(2, 20);
        for (var index = 0; index < list.Count; index++)
        {
            var element = list[index];
            element.A = (ushort)index;
            element.B = $"text {index}";
        }

        var source = older.Read<New.Reader>(older.Finish().Length).Raw;
        for (var firstBytes = 904; firstBytes < 1300; firstBytes += 8)
        {
            using var first = new GuardedMemory(firstBytes);
            using var second = new GuardedMemory(4096);
            var target = new MessageBuilder(first.Span);
            target.AddSegment(second.Span);
            target.RootPointer().SetStruct(source);
            var grown = target.GetRoot<New.Builder>().Raw.GetStructs<New.Builder>(2);
            var last = grown[19];
            last.D = "grown";
            var reader = target.ToReader(ReadLimits.Default);
            var read = reader.Root().GetList(2).AsStructs<New.Reader>();
            for (var index = 0; index < 20; index++)
                (read[index].A, read[index].B.ToString()).ShouldBe(((ushort)index, $"text {index}"));
            read[19].D.ToString().ShouldBe("grown");
        }
    }

    [Fact]
    public void A_capability_is_read_as_its_index_skipped_and_left_out_of_copies()
    {
        var buffer = new MessageBuffer(256);
        var root = buffer.Begin<New.Builder>().Raw;
        root.Set(16, 3UL | (7UL << 32));
        var reader = buffer.Builder.ToReader(ReadLimits.Default);
        reader.Root().GetCapabilityIndex(0).ShouldBe(7u);
        reader.Root().GetAny(0).Kind.ShouldBe(PointerKind.Other);
        var target = new MessageBuffer(256);
        target.Begin<New.Builder>();
        target.Builder.RootPointer().SetStruct(reader.Root());
        target.Builder.GetRoot<New.Builder>().Raw.HasPointer(0).ShouldBeFalse();
        var taken = new byte[256];
        Should.Throw<CapnProtoException>(() => Canonical(buffer, taken)).Error.ShouldBe(CapnProtoError.WrongPointerKind);
        Should.Throw<CapnProtoException>(() => buffer.Read<New.Reader>(buffer.Finish().Length).B.Length).Error
            .ShouldBe(CapnProtoError.WrongPointerKind);
    }

    [Fact]
    public void A_copy_costs_no_more_than_the_limits_of_its_source()
    {
        var buffer = new MessageBuffer(16384);
        SampleMessage.Fill(buffer.Begin<Everything.Builder>());
        var target = new MessageBuffer(16384);
        Should.Throw<CapnProtoException>(() => Copy(buffer, target, new ReadLimits(80, 64))).Error.ShouldBe(CapnProtoError.TraversalLimit);
        Should.Throw<CapnProtoException>(() => Copy(buffer, target, new ReadLimits(10_000, 2))).Error.ShouldBe(CapnProtoError.DepthLimit);
        Copy(buffer, target, new ReadLimits(10_000, 10));
    }

    [Fact]
    public void A_chain_deeper_than_the_stack_is_refused_by_copies_and_the_canonical_form()
    {
        const int Links = 1_000_000;
        var memory = GC.AllocateUninitializedArray<byte>((Links + 2) * 8, pinned: true);
        var target = GC.AllocateUninitializedArray<byte>((Links + 2) * 8, pinned: true);
        var message = new MessageBuilder(memory);
        var link = message.InitRoot(new StructSize(0, 1));
        for (var count = 1; count < Links; count++)
            link = link.InitStruct(0, new StructSize(0, 1));
        var deep = new ReadLimits(long.MaxValue / 2, int.MaxValue);
        var reader = message.ToReader(deep);
        Refused(ref reader, (ref source) => new MessageBuilder(target).RootPointer().SetPointer(source.RootPointer()));
        Refused(ref reader, (ref source) => CanonicalForm.Write(source.RootPointer(), target));
        Refused(ref reader, (ref source) => CanonicalForm.SizeBytesMax(source.RootPointer()));
        Refused(ref reader, (ref source) => CanonicalForm.IsCanonical(ref source));
        // Readers and builders know addresses, not objects.
        GC.KeepAlive(memory);
        GC.KeepAlive(target);
    }

    private delegate void Reading(ref MessageReader source);

    private static void Refused(ref MessageReader source, Reading act)
    {
        try
        {
            act(ref source);
            Assert.Fail("the chain is too deep");
        }
        catch (CapnProtoException e)
        {
            e.Error.ShouldBe(CapnProtoError.DepthLimit);
        }
    }

    private static void Copy(MessageBuffer from, MessageBuffer to, ReadLimits limits)
    {
        var reader = from.Builder.ToReader(limits);
        to.Begin<Everything.Builder>();
        to.Builder.RootPointer().SetPointer(reader.RootPointer());
    }

    private static int Canonical(MessageBuffer buffer, byte[] target)
    {
        var reader = buffer.Builder.ToReader(ReadLimits.Default);
        using var memory = new GuardedMemory(target.Length);
        return CanonicalForm.Write(reader.RootPointer(), memory.Span);
    }
}
