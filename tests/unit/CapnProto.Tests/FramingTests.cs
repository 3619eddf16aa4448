using System.Buffers.Binary;
using K8sMediaFlow.CapnProto.Tests.Samples;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>The table in front of a message in a stream.</summary>
public class FramingTests
{
    [Fact]
    public void A_message_cut_short_anywhere_is_refused()
    {
        var framed = ReferenceTests.Framed(600);
        using var memory = new GuardedMemory(framed.Length);
        for (var length = 0; length < framed.Length; length++)
        {
            framed.AsSpan(0, length).CopyTo(memory.Last(length));
            StreamFraming.TryRead(memory.Last(length), ReadLimits.Default, out _, out _).ShouldBeFalse();
        }
    }

    [Fact]
    public void Bytes_behind_a_message_are_left_for_the_next()
    {
        var framed = ReferenceTests.Framed(600);
        using var memory = new GuardedMemory(framed.Length + 100);
        framed.CopyTo(memory.Span);
        StreamFraming.TryRead(memory.Span, ReadLimits.Default, out var message, out var length).ShouldBeTrue();
        length.ShouldBe(framed.Length);
        message.Root<Everything.Reader>().Int8.ShouldBe((sbyte)-100);
    }

    [Theory]
    [InlineData(512u)]
    [InlineData(100_000u)]
    [InlineData(uint.MaxValue)]
    public void An_absurd_segment_count_is_refused(uint countMinusOne)
    {
        using var memory = new GuardedMemory(4096);
        BinaryPrimitives.WriteUInt32LittleEndian(memory.Span, countMinusOne);
        StreamFraming.TryRead(memory.Span, ReadLimits.Default, out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void Segment_lengths_that_overflow_in_sum_are_refused()
    {
        using var memory = new GuardedMemory(64);
        memory.Span.Fill(0xff);
        BinaryPrimitives.WriteUInt32LittleEndian(memory.Span, 1);
        StreamFraming.TryRead(memory.Span, ReadLimits.Default, out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void A_buffer_that_never_began_a_message_has_none_to_finish() =>
        Should.Throw<InvalidOperationException>(() => new MessageBuffer(64).Finish());

    [Fact]
    public void A_message_that_does_not_fit_its_memory_is_refused_and_writes_nothing_beyond()
    {
        for (var size = 16; size < 900; size += 8)
        {
            using var memory = new GuardedMemory(size);
            try
            {
                var message = new MessageBuilder(memory.Span);
                SampleMessage.Fill(message.InitRoot<Everything.Builder>());
                message.UsedBytes(0).ShouldBeLessThanOrEqualTo(size);
            }
            catch (CapnProtoException e)
            {
                e.Error.ShouldBe(CapnProtoError.OutOfSpace);
            }
        }
    }
}
