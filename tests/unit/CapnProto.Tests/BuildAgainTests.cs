using K8sMediaFlow.CapnProto.Tests.Samples;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>Finding under construction what was built before, with defaults where nothing was.</summary>
public class BuildAgainTests
{
    // A struct (1 data word, 1 pointer): 77 and the text "deep".
    private static ReadOnlySpan<byte> DefaultStruct =>
    [
        0, 0, 0, 0, 1, 0, 1, 0, 77, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 42, 0, 0, 0, (byte)'d', (byte)'e', (byte)'e', (byte)'p', 0, 0, 0, 0,
    ];

    // Three u16: 5, 6, 7.
    private static ReadOnlySpan<byte> DefaultList => [1, 0, 0, 0, 27, 0, 0, 0, 5, 0, 6, 0, 7, 0, 0, 0];

    private readonly MessageBuffer _buffer = new(4096);

    [Fact]
    public void What_was_set_is_found_again()
    {
        var e = _buffer.Begin<Everything.Builder>();
        SampleMessage.Fill(e);
        var raw = _buffer.Builder.GetRoot<Everything.Builder>().Raw;
        var read = _buffer.Read<Everything.Reader>(_buffer.Finish().Length).Raw;
        for (var index = 0; index < raw.Size.PointerCount; index++)
            raw.GetAny(index).Kind.ShouldBe(read.GetAny(index).Kind);
        raw.GetText(0).ToString().ShouldBe("héllo");
        raw.GetText(0).Bytes[0] = (byte)'H';
        _buffer.Read<Everything.Reader>(_buffer.Finish().Length).Text.ToString().ShouldBe("Héllo");
    }

    [Fact]
    public void Every_kind_of_list_is_found_again_behind_far_pointers_too()
    {
        using var first = new GuardedMemory(16);
        using var second = new GuardedMemory(48);
        using var third = new GuardedMemory(512);
        var message = new MessageBuilder(first.Span);
        message.AddSegment(second.Span);
        message.AddSegment(third.Span);
        var root = message.RootPointer().GetStruct(new StructSize(0, 4));
        root.InitBools(0, 9)[8] = true;
        root.InitList<ushort>(1, 2)[1] = 3;
        root.InitPointers(2, 1).SetText(0, "t");
        root.InitVoids(3, 12);
        root = message.RootPointer().GetStruct(new StructSize(0, 4));
        root.GetBools(0)[8].ShouldBeTrue();
        root.GetList<ushort>(1)[1].ShouldBe((ushort)3);
        root.GetPointers(2)[0].GetText().ToString().ShouldBe("t");
        root.GetVoids(3).ShouldBe(12);
    }

    [Fact]
    public void What_was_never_set_is_made_or_empty()
    {
        var root = _buffer.Begin<Everything.Builder>().Raw;
        root.GetList<ulong>(0).Count.ShouldBe(0);
        root.GetStructs<Point.Builder>(0).Count.ShouldBe(0);
        root.GetText(0).Bytes.Length.ShouldBe(0);
        root.HasPointer(0).ShouldBeFalse();
        root.GetStruct<Point.Builder>(0).X.ShouldBe(0);
        root.HasPointer(0).ShouldBeTrue();
        root.Clear(0);
        root.GetAny(0).IsNull.ShouldBeTrue();
    }

    [Fact]
    public void A_reader_sees_the_default_of_a_pointer_that_is_null_or_beyond_the_struct()
    {
        _buffer.Begin<Old.Builder>();
        var read = _buffer.Read<Old.Reader>(_buffer.Finish().Length).Raw;
        foreach (var index in (int[])[0, 7])
        {
            read.GetStruct(index, DefaultStruct).Get<int>(0).ShouldBe(77);
            read.GetStruct(index, DefaultStruct).GetText(0).ToString().ShouldBe("deep");
            read.GetList(index, DefaultList).As<ushort>().ToArray().ShouldBe([5, 6, 7]);
            read.GetText(index, "default"u8).ToString().ShouldBe("default");
            read.GetData(index, [1, 2]).Length.ShouldBe(2);
        }
    }

    [Fact]
    public void Reading_defaults_draws_on_the_budget_of_the_message()
    {
        _buffer.Begin<Old.Builder>();
        var reader = _buffer.Builder.ToReader(new ReadLimits(100, 64));
        var root = reader.Root();
        var count = 0;
        try
        {
            for (; count < 1000; count++)
                _ = root.GetStruct(0, DefaultStruct).GetText(0);
        }
        catch (CapnProtoException e)
        {
            e.Error.ShouldBe(CapnProtoError.TraversalLimit);
        }

        count.ShouldBeInRange(20, 50);
    }

    [Fact]
    public void A_message_cannot_point_into_static_data()
    {
        using var memory = new GuardedMemory(16);
        BitConverter.TryWriteBytes(memory.Span, 2UL | (0xffffffffUL << 32));
        var box = new MessageReaderBox(memory);
        Should.Throw<CapnProtoException>(() => box.Root().Size).Error.ShouldBe(CapnProtoError.UnknownSegment);
    }

    [Fact]
    public void A_builder_copies_the_default_when_it_is_first_touched()
    {
        var root = _buffer.Begin<Old.Builder>().Raw;
        var made = root.GetStruct(0, new StructSize(2, 1), DefaultStruct);
        made.Get<int>(0).ShouldBe(77);
        made.Set(0, 78);
        made.GetText(0).Bytes[0] = (byte)'D';
        root.GetStruct(0, new StructSize(2, 1), DefaultStruct).Get<int>(0).ShouldBe(78);
        var read = _buffer.Read<Old.Reader>(_buffer.Finish().Length).Raw;
        read.GetStruct(0).GetText(0).ToString().ShouldBe("Deep");
        DefaultStruct[24].ShouldBe((byte)'d');
        root.Clear(0);
        root.GetList<ushort>(0, DefaultList)[1] = 60;
        root.GetList<ushort>(0).Span.ToArray().ShouldBe([5, 60, 7]);
        root.Clear(0);
        root.GetText(0, "text"u8).ToString().ShouldBe("text");
        root.HasPointer(0).ShouldBeTrue();
        root.Clear(0);
        root.GetData(0, [4])[0].ShouldBe((byte)4);
    }

    [Fact]
    public void Another_kind_than_asked_for_is_refused()
    {
        var root = _buffer.Begin<Old.Builder>().Raw;
        root.InitList<ushort>(0, 2);
        Refused(() => Root().GetStruct<Point.Builder>(0).X, CapnProtoError.WrongPointerKind);
        Refused(() => Root().GetList<uint>(0).Count, CapnProtoError.WrongElementSize);
        root.InitStruct<Point.Builder>(0);
        Refused(() => Root().GetText(0).Bytes.Length, CapnProtoError.WrongPointerKind);
        root.SetExternalData(0, _buffer.Builder.AddExternalSegment(8), 5);
        Refused(() => Root().GetData(0).Length, CapnProtoError.ExternalSegment);
    }

    [Fact]
    public void A_type_parameter_may_be_any_pointer_type()
    {
        var any = _buffer.Begin<Everything.Builder>().Raw.GetAny(0);
        any.Init<Point.Builder>().X.ShouldBe(0);
        Sum<Point.Builder>(any, 4);
        any.Get<Point.Builder>().X.ShouldBe(0);
        Read<Point.Reader>().X.ShouldBe(0);
        any.Init<TextBuilder>(3).Bytes.Fill((byte)'a');
        Read<Utf8Text>().ToString().ShouldBe("aaa");
        any.Init<DataBuilder>(3).Bytes[2] = 9;
        Read<DataReader>().Bytes.ToArray().ShouldBe([0, 0, 9]);
        any.Init<ListBuilder<int>>(3)[1] = -5;
        Read<ListReader<int>>().ToArray().ShouldBe([0, -5, 0]);
        any.Init<BoolListBuilder>(3)[1] = true;
        Read<BoolListReader>()[1].ShouldBeTrue();
        any.Init<PointerListBuilder<ListBuilder<short>>>(2).Raw[1].Init<ListBuilder<short>>(2)[1] = 7;
        Read<PointerListReader<ListReader<short>>>()[1].ToArray().ShouldBe([0, 7]);
        any.Init<StructListBuilder<Point.Builder>>(2)[1].Raw.Set(0, 5);
        Read<StructListReader<Point.Reader>>()[1].X.ShouldBe(5);
    }

    private static void Sum<T>(AnyPointerBuilder pointer, int times)
        where T : IPointerBuilder<T>, allows ref struct
    {
        for (var time = 0; time < times; time++)
            _ = pointer.Get<T>();
    }

    private T Read<T>()
        where T : IPointerReader<T>, allows ref struct => _buffer.Read<Everything.Reader>(_buffer.Finish().Length).Raw.GetAny(0).As<T>();

    private StructBuilder Root() => _buffer.Builder.GetRoot<Old.Builder>().Raw;

    private static void Refused(Func<int> act, CapnProtoError error) => Should.Throw<CapnProtoException>(() => act()).Error.ShouldBe(error);
}
