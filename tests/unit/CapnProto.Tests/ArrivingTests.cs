using K8sMediaFlow.CapnProto.Tests.Samples;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>Messages of which only a part is there.</summary>
public class ArrivingTests
{
    [Fact]
    public unsafe void Outer_objects_are_read_before_inner_ones_arrive()
    {
        var framed = Framed();
        using var memory = new GuardedMemory(framed.Length);
        fixed (byte* start = memory.Span)
        {
            var message = new ArrivingMessage((nint)start, framed.Length, ReadLimits.Default);
            var seen = new HashSet<string>();
            for (var arrived = 0; arrived <= framed.Length; arrived++)
            {
                framed.AsSpan(Math.Max(0, arrived - 1), Math.Min(1, arrived)).CopyTo(memory.Span[Math.Max(0, arrived - 1)..]);
                message.Advance(arrived);
                seen.Add(Look(message));
            }

            message.IsComplete.ShouldBeTrue();
            seen.ShouldBe(["nothing", "root", "root text", "root text child", "root text child data"], ignoreOrder: false);
        }
    }

    [Fact]
    public unsafe void What_has_not_arrived_is_told_from_what_is_unsound()
    {
        var framed = Framed();
        using var memory = new GuardedMemory(framed.Length);
        framed.CopyTo(memory.Span);
        fixed (byte* start = memory.Span)
        {
            var message = new ArrivingMessage((nint)start, framed.Length, ReadLimits.Default);
            message.Advance(12);
            message.HasRoot.ShouldBeFalse();
            Should.Throw<CapnProtoException>(() => message.Root<New.Reader>().A).Error.ShouldBe(CapnProtoError.NotYetArrived);
            message.Advance(56);
            Should.Throw<CapnProtoException>(() => message.Root<New.Reader>().B.Length).Error.ShouldBe(CapnProtoError.NotYetArrived);

            // The same pointer, leading outside of what was announced.
            BitConverter.TryWriteBytes(memory.Span[32..], 1UL | (0x1000UL << 2) | (2UL << 32) | (1UL << 35));
            message.Root<New.Reader>().Raw.GetAny(0).HasArrived.ShouldBeTrue();
            Should.Throw<CapnProtoException>(() => message.Root<New.Reader>().B.Length).Error.ShouldBe(CapnProtoError.OutOfBounds);
        }
    }

    /// <summary>
    /// At every length, whatever "has arrived" says is what reading then does; nothing behind the arrived bytes is touched.
    /// </summary>
    [Fact]
    public unsafe void A_prefix_of_any_message_reads_as_far_as_it_goes()
    {
        var random = new Random(Seed.Take(nameof(A_prefix_of_any_message_reads_as_far_as_it_goes)));
        var source = new RandomMessage(random);
        for (var count = 0; count < 60; count++)
        {
            var framed = source.Framed();
            var length = random.Next(framed.Length);
            using var memory = new GuardedMemory(length);
            framed.AsSpan(0, length).CopyTo(memory.Span);
            fixed (byte* start = memory.Span)
            {
                var message = new ArrivingMessage((nint)start, framed.Length, ReadLimits.Default);
                message.Advance(length);
                if (message.HasRoot)
                    Walk(message.Message.Root());
                else if (message.LengthBytes is not null)
                    Should.Throw<CapnProtoException>(() => message.Message.Root().Size).Error.ShouldBe(CapnProtoError.NotYetArrived);
            }
        }
    }

    [Fact]
    public unsafe void A_table_that_cannot_be_is_refused()
    {
        using var memory = new GuardedMemory(64);
        memory.Span.Clear();
        memory.Span[4] = 100;
        fixed (byte* start = memory.Span)
        {
            var message = new ArrivingMessage((nint)start, 64, ReadLimits.Default);
            message.Advance(4);
            message.LengthBytes.ShouldBeNull();
            Should.Throw<CapnProtoException>(() => message.Advance(8)).Error.ShouldBe(CapnProtoError.BadFraming);
            Should.Throw<ArgumentOutOfRangeException>(() => message.Advance(3));
        }
    }

    private static string Look(ArrivingMessage message)
    {
        if (!message.HasRoot)
            return "nothing";
        var root = message.Root<New.Reader>().Raw;
        var seen = root.Get<ushort>(0) == 5 ? "root" : "wrong";
        if (root.GetAny(0).HasArrived && root.GetText(0).Equals("text"))
            seen += " text";
        if (root.GetAny(1).HasArrived && root.GetStruct(1).Get<int>(0) == 9)
            seen += " child";
        if (root.GetAny(2).HasArrived && root.GetData(2).Length == 500)
            seen += " data";
        return seen;
    }

    private static void Walk(StructReader reader)
    {
        for (var index = 0; index < reader.Size.PointerCount; index++)
            Walk(reader.GetAny(index));
    }

    private static void Walk(AnyPointerReader pointer)
    {
        if (!pointer.HasArrived)
        {
            try
            {
                _ = pointer.Kind == PointerKind.Struct ? pointer.AsStruct().Size.Words : pointer.AsList().Count;
                Assert.Fail("it cannot be read");
            }
            catch (CapnProtoException e)
            {
                e.Error.ShouldBe(CapnProtoError.NotYetArrived);
            }
        }
        else if (pointer.Kind == PointerKind.Struct)
        {
            Walk(pointer.AsStruct());
        }
        else if (pointer.Kind == PointerKind.List && pointer.AsList() is { ElementSize: ElementSize.Pointer or ElementSize.Composite } list)
        {
            foreach (var element in list.AsStructs())
                Walk(element);
        }
    }

    private static byte[] Framed()
    {
        var buffer = new MessageBuffer(4096);
        var root = buffer.Begin<New.Builder>().Raw;
        root.Set(0, (ushort)5);
        root.SetText(0, "text");
        root.InitStruct<Point.Builder>(1).X = 9;
        root.InitData(2, 500).Fill(1);
        return buffer.Finish().ToArray();
    }
}
