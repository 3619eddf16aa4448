using K8sMediaFlow.CapnProto.Tests.Samples;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>
/// Mutated messages through all that is built on reading: copies, the canonical and the packed form, messages that still arrive.
/// </summary>
[Collection("fuzz")]
[Trait("Category", "Fuzz")]
public class FuzzFeatureTests
{
    private const int TargetBytes = 256 * 1024;
    private static readonly ReadLimits Limits = new(20_000, 32);

    private readonly byte[] _copy = GC.AllocateUninitializedArray<byte>(TargetBytes, pinned: true);
    private readonly byte[] _canonical = GC.AllocateUninitializedArray<byte>(TargetBytes, pinned: true);
    private readonly byte[] _again = GC.AllocateUninitializedArray<byte>(TargetBytes, pinned: true);

    [Fact]
    public void A_copy_of_a_mutated_message_is_as_sound_as_it_and_says_the_same()
    {
        var (same, refused) = (0, 0);
        FuzzLoop.Run(nameof(A_copy_of_a_mutated_message_is_as_sound_as_it_and_says_the_same), random =>
        {
            using var source = new FuzzMessage(random);
            var read = FuzzTests.Verdict(() => FastWalker.Digest(ref source.Read(Limits)), out var digest);
            var message = Target(random);
            var verdict = FuzzTests.Verdict(() => Copy(ref message, ref source.Read(Limits)), out _);

            if (read != CapnProtoError.None)
            {
                verdict.ShouldNotBe(CapnProtoError.None);
                refused++;
                return;
            }

            // A capability is left out, and what has no meaning yet cannot be copied.
            if (FastWalker.SawOther(ref source.Read(Limits)) is true)
                return;
            verdict.ShouldBe(CapnProtoError.None);
            var copy = message.ToReader(Limits);
            FastWalker.Digest(ref copy).ShouldBe(digest);
            Touch(ref message);
            same++;
        });
        same.ShouldBeGreaterThan(0);
        refused.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void The_canonical_form_of_a_mutated_message_is_that_of_its_copy()
    {
        var canonical = 0;
        FuzzLoop.Run(nameof(The_canonical_form_of_a_mutated_message_is_that_of_its_copy), random =>
        {
            using var source = new FuzzMessage(random);
            if (FastWalker.SawOther(ref source.Read(Limits)) is not false)
                return;
            var wide = new ReadLimits(100_000, 32);
            var sizeBytes = CanonicalForm.SizeBytesMax(source.Read(wide).RootPointer());
            var lengthBytes = CanonicalForm.Write(source.Read(wide).Root(), _canonical);
            ((long)lengthBytes).ShouldBeLessThanOrEqualTo(sizeBytes);
            var message = Target(random);
            Copy(ref message, ref source.Read(wide));
            var copy = message.ToReader(wide);
            var againBytes = CanonicalForm.Write(copy.Root(), _again);
            _again.AsSpan(0, againBytes).SequenceEqual(_canonical.AsSpan(0, lengthBytes)).ShouldBeTrue();
            var form = new MessageReader(_canonical.AsSpan(0, lengthBytes), wide);
            CanonicalForm.IsCanonical(ref form).ShouldBeTrue();
            _ = FuzzTests.Verdict(() => CanonicalForm.IsCanonical(ref source.Read(Limits)) ? 1UL : 0, out _);
            canonical++;
        });
        canonical.ShouldBeGreaterThan(0);
    }

    [Fact]
    public void Mutated_packed_bytes_unpack_as_the_slow_unpacker_says_and_never_beyond_their_memory()
    {
        var (read, refused) = (0, 0);
        FuzzLoop.Run(nameof(Mutated_packed_bytes_unpack_as_the_slow_unpacker_says_and_never_beyond_their_memory), random =>
        {
            var framed = FuzzMessage.Framed(random);
            var packed = new byte[PackedEncoding.SizeBytesMax(framed.Length)];
            PackedEncoding.Pack(framed, packed, out _, out var packedBytes);
            Array.Resize(ref packed, packedBytes);
            Mutation.Apply(random, packed);
            using var memory = new GuardedMemory(random.Next(2) == 0 ? framed.Length : (random.Next(framed.Length) & ~7));
            using var source = new GuardedMemory(packed.Length);
            packed.CopyTo(source.Span);
            var slow = SlowUnpacker.Message(packed, memory.LengthBytes);
            var isRead = PackedFraming.TryRead(source.Span, memory.Span, Limits, out var message, out _);
            isRead.ShouldBe(slow is not null);
            _ = isRead ? read++ : refused++;
            if (!isRead)
                return;
            memory.Span[..slow!.Length].SequenceEqual(slow).ShouldBeTrue();
            _ = FuzzTests.Verdict(() => Digest(message), out var digest);
            var input = new MessageInput(new MemoryStream(packed), Limits, isPacked: true);
            if (FuzzTests.Verdict(() => input.MoveNext() ? 1UL : 0, out _) == CapnProtoError.None)
                FuzzTests.Verdict(() => FastWalker.Digest(ref input.Message), out var streamed)
                    .ShouldBe(FuzzTests.Verdict(() => Digest(message), out _));
        });
        read.ShouldBeGreaterThan(0);
        refused.ShouldBeGreaterThan(0);
    }

    [Fact]
    public unsafe void A_prefix_of_a_mutated_message_is_never_read_beyond_what_has_arrived()
    {
        var (waiting, complete) = (0, 0);
        FuzzLoop.Run(nameof(A_prefix_of_a_mutated_message_is_never_read_beyond_what_has_arrived), random =>
        {
            var framed = FuzzMessage.Framed(random);
            Mutation.Apply(random, framed);
            var length = random.Next(3) == 0 ? framed.Length : random.Next(framed.Length);
            using var memory = new GuardedMemory(length);
            framed.AsSpan(0, length).CopyTo(memory.Span);
            fixed (byte* start = memory.Span)
            {
                var message = new ArrivingMessage((nint)start, framed.Length, Limits);
                var verdict = FuzzTests.Verdict(() => Arrive(message, length), out _);
                if (length < framed.Length && verdict == CapnProtoError.NotYetArrived)
                    waiting++;
                verdict.ShouldNotBe(message.IsComplete ? CapnProtoError.NotYetArrived : CapnProtoError.BadValue);
                if (message.IsComplete)
                    complete++;
            }
        });
        waiting.ShouldBeGreaterThan(0);
        complete.ShouldBeGreaterThan(0);
    }

    private static ulong Arrive(ArrivingMessage message, int lengthBytes)
    {
        message.Advance(lengthBytes);
        if (message.LengthBytes is null)
            return 0;
        var hasRoot = message.HasRoot;
        var verdict = FuzzTests.Verdict(() => (ulong)message.Message.Root().Size.Words, out _);
        (hasRoot && verdict == CapnProtoError.NotYetArrived).ShouldBeFalse();
        (!hasRoot && verdict == CapnProtoError.None).ShouldBeFalse();
        return FastWalker.Digest(ref message.Message);
    }

    private static ulong Digest(MessageReader message) => FastWalker.Digest(ref message);

    private MessageBuilder Target(Random random)
    {
        var firstBytes = random.Next(1, 200) * 8;
        var message = new MessageBuilder(_copy.AsSpan(0, firstBytes));
        message.AddSegment(_copy.AsSpan(firstBytes));
        return message;
    }

    private static ulong Copy(ref MessageBuilder target, ref MessageReader source)
    {
        target.RootPointer().SetStruct(source.Root());
        return 1;
    }

    /// <summary>Today's schema goes on with what was copied: structs and lists grow where they must.</summary>
    private static void Touch(ref MessageBuilder message)
    {
        try
        {
            var root = message.GetRoot<Everything.Builder>();
            root.Text = "touched";
            _ = root.Raw.GetStructs<Everything.Builder>(root.Raw.Size.PointerCount - 1).Count;
            _ = root.Raw.GetStruct<Everything.Builder>(3).Int32;
        }
        catch (CapnProtoException e)
        {
            e.Error.ShouldBeOneOf(CapnProtoError.WrongPointerKind, CapnProtoError.WrongElementSize, CapnProtoError.OutOfSpace,
                CapnProtoError.TooLarge);
        }

        var grown = message.ToReader(new ReadLimits(1 << 20, 64));
        FastWalker.Digest(ref grown);
    }
}
