using K8sMediaFlow.CapnProto.Tests.Samples;

namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>What must not allocate, once it has its memory: everything on the way of a message.</summary>
public class AllocationTests
{
    private readonly byte[] _source = GC.AllocateUninitializedArray<byte>(16 * 1024, pinned: true);
    private readonly byte[] _target = GC.AllocateUninitializedArray<byte>(16 * 1024, pinned: true);
    private readonly byte[] _packed = new byte[32 * 1024];

    [Fact]
    public void Building_every_kind_of_field_and_reading_it_allocates_nothing() => ShouldAllocateNothing(() =>
    {
        var message = Build();
        var reader = message.ToReader(ReadLimits.Default);
        Read(reader.Root<Everything.Reader>());
        var again = message.GetRoot<Everything.Builder>().Raw;
        for (var index = 0; index < again.Size.PointerCount; index++)
            _ = again.GetAny(index).Kind;
    });

    [Fact]
    public void Copies_and_the_canonical_form_allocate_nothing() => ShouldAllocateNothing(() =>
    {
        var message = Build();
        var reader = message.ToReader(ReadLimits.Default);
        var copy = new MessageBuilder(_target);
        copy.RootPointer().SetStruct(reader.Root());
        var length = CanonicalForm.Write(reader.RootPointer(), _target);
        _ = CanonicalForm.SizeBytesMax(reader.RootPointer());
        var canonical = new MessageReader(_target.AsSpan(0, length), ReadLimits.Default);
        CanonicalForm.IsCanonical(ref canonical);
    });

    [Fact]
    public void Packing_and_unpacking_allocate_nothing() => ShouldAllocateNothing(() =>
    {
        var message = Build();
        var length = PackedFraming.Write(in message, _packed);
        PackedFraming.TryRead(_packed.AsSpan(0, length), _target, ReadLimits.Default, out var reader, out _);
        _ = reader.Root<Everything.Reader>().Int32;
    });

    [Fact]
    public void Defaults_of_structs_and_lists_allocate_nothing() => ShouldAllocateNothing(() =>
    {
        var message = new MessageBuilder(_target);
        var root = message.InitRoot<Old.Builder>().Raw;
        var reader = message.ToReader(ReadLimits.Default);
        _ = reader.Root().GetList(0, [1, 0, 0, 0, 27, 0, 0, 0, 5, 0, 6, 0, 7, 0, 0, 0]).As<ushort>()[2];
        _ = root.GetList<ushort>(0, [1, 0, 0, 0, 27, 0, 0, 0, 5, 0, 6, 0, 7, 0, 0, 0])[1];
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_stream_of_messages_allocates_nothing_once_it_has_its_buffers(bool isPacked)
    {
        using var stream = new MemoryStream();
        var output = new MessageOutput(stream, isPacked);
        var parts = new MessageParts();
        for (var count = 0; count < 2000; count++)
        {
            var message = Build();
            output.Write(in message);
        }

        stream.Position = 0;
        var input = new MessageInput(stream, ReadLimits.Default, isPacked);
        ShouldAllocateNothing(() =>
        {
            input.MoveNext();
            Read(input.Root<Everything.Reader>());
            var message = Build();
            parts.Take(in message);
        });
    }

    private MessageBuilder Build()
    {
        var message = new MessageBuilder(_source);
        var e = message.InitRoot<Everything.Builder>();
        e.Int32 = 5;
        e.Yes = true;
        e.SetText("utf-8"u8);
        e.Text = "utf-16 ü";
        e.Data = "data"u8;
        e.InitBools(9)[8] = true;
        e.InitWords(3)[2] = 7;
        e.InitPoints(2)[1].SetLabel("label"u8);
        e.InitTexts(1).SetText(0, "text");
        e.InitChild().Choice.InitPoint().Y = 9;
        return message;
    }

    private static void Read(Everything.Reader e)
    {
        _ = e.Text.Equals("utf-16 ü");
        _ = e.Data.Length + e.Int32;
        foreach (var bit in e.Bools)
            _ = bit;
        foreach (var word in e.Words)
            _ = word;
        foreach (var point in e.Points)
            _ = point.Label.Length;
        foreach (var text in e.Texts)
            _ = text.Length;
        _ = e.Child.Choice.Point.Y;
    }

    /// <summary>The first calls may: the JIT's work on this thread counts as this thread's.</summary>
    private static void ShouldAllocateNothing(Action act)
    {
        for (var warm = 0; warm < 100; warm++)
            act();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var again = 0; again < 1000; again++)
            act();
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }
}
