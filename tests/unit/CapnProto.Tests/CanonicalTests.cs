using K8sMediaFlow.CapnProto.Tests.Samples;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>One encoding for one value, the reference's.</summary>
public class CanonicalTests
{
    private readonly byte[] _memory = GC.AllocateUninitializedArray<byte>(512 * 1024, pinned: true);

    [NeedsFact("capnp")]
    public void Our_canonical_form_is_the_reference_s()
    {
        var source = new RandomMessage(new Random(Seed.Take(nameof(Our_canonical_form_is_the_reference_s))));
        using var framed = new MemoryStream();
        using var ours = new MemoryStream();
        for (var count = 0; count < 400; count++)
        {
            framed.Write(source.Framed());
            var reader = source.Message.ToReader(ReadLimits.Default);
            ours.Write(_memory.AsSpan(0, CanonicalForm.Write(reader.RootPointer(), _memory)));
        }

        var theirs = Tool.Run("capnp", ["convert", "--quiet", "binary:canonical"], framed.ToArray());
        theirs.AsSpan().SequenceEqual(ours.ToArray()).ShouldBeTrue();
    }

    [Fact]
    public void The_canonical_form_is_canonical_and_its_own_canonical_form()
    {
        var source = new RandomMessage(new Random(Seed.Take(nameof(The_canonical_form_is_canonical_and_its_own_canonical_form))));
        var again = GC.AllocateUninitializedArray<byte>(_memory.Length, pinned: true);
        for (var count = 0; count < 500; count++)
        {
            var reader = source.Next().ToReader(ReadLimits.Default);
            var size = CanonicalForm.SizeBytesMax(reader.RootPointer());
            var length = CanonicalForm.Write(reader.RootPointer(), _memory.AsSpan(0, (int)size));
            var canonical = new MessageReader(_memory.AsSpan(0, length), ReadLimits.Default);
            CanonicalForm.IsCanonical(ref canonical).ShouldBeTrue();
            var isSame = length == source.Message.UsedBytes(0) && _memory.AsSpan(0, length).SequenceEqual(source.Message.SegmentBytes(0));
            if (!isSame && source.Message.ToReader(ReadLimits.Default) is var plain)
                CanonicalForm.IsCanonical(ref plain).ShouldBeFalse();
            again.AsSpan(0, CanonicalForm.Write(canonical.RootPointer(), again)).SequenceEqual(_memory.AsSpan(0, length)).ShouldBeTrue();
        }
        GC.KeepAlive(again);
        GC.KeepAlive(source);
    }

    [Fact]
    public void What_only_hides_in_a_message_makes_it_not_canonical()
    {
        var buffer = new MessageBuffer(1024);
        var root = buffer.Begin<Old.Builder>().Raw;
        root.Set(0, (ushort)1);
        root.InitData(0, 3).Fill(1);
        IsCanonical(buffer).ShouldBeTrue();
        root.InitData(0, 3).Fill(1);
        IsCanonical(buffer).ShouldBeFalse();
        root = buffer.Begin<Old.Builder>().Raw;
        IsCanonical(buffer).ShouldBeFalse();
        root.InitBools(0, 3)[0] = true;
        root.Set(0, 1UL);
        IsCanonical(buffer).ShouldBeTrue();
        root.GetBools(0)[2] = true;
        IsCanonical(buffer).ShouldBeTrue();
        buffer.Bytes[8 + 24] |= 0x80;
        IsCanonical(buffer).ShouldBeFalse();
    }

    [Fact]
    public void A_canonical_form_that_does_not_fit_is_refused()
    {
        var source = new RandomMessage(new Random(5));
        var reader = source.Next(small: false).ToReader(ReadLimits.Default);
        var length = CanonicalForm.Write(reader.RootPointer(), _memory);
        for (var size = 8; size < length; size += 8)
        {
            using var memory = new GuardedMemory(size);
            try
            {
                CanonicalForm.Write(reader.RootPointer(), memory.Span);
                Assert.Fail("it cannot fit");
            }
            catch (CapnProtoException e)
            {
                e.Error.ShouldBe(CapnProtoError.OutOfSpace);
            }
        }
    }

    private static bool IsCanonical(MessageBuffer buffer)
    {
        var reader = buffer.Builder.ToReader(ReadLimits.Default);
        return CanonicalForm.IsCanonical(ref reader);
    }
}
