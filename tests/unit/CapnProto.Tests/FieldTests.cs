using K8sMediaFlow.CapnProto.Tests.Samples;

namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>What a field means: defaults, absence, unions, versions.</summary>
public class FieldTests
{
    private readonly MessageBuffer _buffer = new(8192);

    [Fact]
    public void A_field_that_nobody_set_reads_as_its_default()
    {
        _buffer.Begin<Everything.Builder>();
        var e = Read<Everything.Reader>();
        e.Int8.ShouldBe((sbyte)-3);
        e.Int32.ShouldBe(123456);
        e.Uint64.ShouldBe(ulong.MaxValue);
        e.Float32.ShouldBe(2.5f);
        e.Yes.ShouldBeTrue();
        e.Colour.ShouldBe(Colour.Green);
        e.TextWithDefault.ToString().ShouldBe("default");
        Convert.ToHexString(e.DataWithDefault).ShouldBe("0102FF");
        e.Text.IsEmpty.ShouldBeTrue();
        e.Points.Count.ShouldBe(0);
        e.Child.Child.Child.Int32.ShouldBe(123456);
        e.Choice.Which.ShouldBe(Everything.Choice.Which.Nothing);
    }

    [Fact]
    public void The_empty_root_reads_as_all_defaults()
    {
        new byte[] { 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }.CopyTo(_buffer.Bytes);
        _buffer.Read<Everything.Reader>(16).Int32.ShouldBe(123456);
    }

    [Fact]
    public void An_older_reader_reads_a_newer_message_and_the_reverse()
    {
        var newer = _buffer.Begin<New.Builder>();
        newer.A = 5;
        newer.B = "b";
        newer.C = 7;
        Read<Old.Reader>().B.ToString().ShouldBe("b");
        var older = _buffer.Begin<Old.Builder>();
        older.A = 6;
        var read = Read<New.Reader>();
        (read.A, read.C, read.D.ToString(), read.E.Count).ShouldBe(((ushort)6, 99UL, "new", 0));
    }

    [Fact]
    public void Another_union_member_than_the_one_set_is_refused()
    {
        _buffer.Begin<Everything.Builder>().Choice.InitPoint().X = 3;
        var length = _buffer.Finish().Length;
        Should.Throw<CapnProtoException>(() => _buffer.Read<Everything.Reader>(length).Choice.Number).Error
            .ShouldBe(CapnProtoError.WrongUnionMember);
        _buffer.Read<Everything.Reader>(length).Choice.Point.X.ShouldBe(3);
        _buffer.Read<Everything.Reader>(length).Choice.HasWord.ShouldBeFalse();
    }

    [Fact]
    public void A_list_of_numbers_reads_as_structs_of_that_field_and_the_reverse()
    {
        var words = _buffer.Begin<Words.Builder>().InitWords(3);
        words[2] = 1234;
        Read<Numbers.Reader>().Numbers[2].Value.ShouldBe((ushort)1234);
        var numbers = _buffer.Begin<Numbers.Builder>().InitNumbers(3);
        var last = numbers[2];
        last.Value = 4321;
        var list = Read<Words.Reader>().Words;
        list.ToArray().ShouldBe([0, 0, 4321]);
        list.TryGetSpan(out _).ShouldBeFalse();
    }

    [Fact]
    public void Text_compares_without_being_decoded()
    {
        _buffer.Begin<Old.Builder>().B = "Grüße";
        Read<Old.Reader>().B.Equals("Grüße").ShouldBeTrue();
        Read<Old.Reader>().B.Equals("Grüsse").ShouldBeFalse();
        Read<Old.Reader>().B.Equals(new string('x', 1000)).ShouldBeFalse();
    }

    [Fact]
    public void An_index_outside_a_list_is_refused()
    {
        _buffer.Begin<Words.Builder>().InitWords(3);
        Should.Throw<ArgumentOutOfRangeException>(() => Read<Words.Reader>().Words[3]);
        Should.Throw<ArgumentOutOfRangeException>(() => Read<Words.Reader>().Words[-1]);
    }

    [Fact]
    public void Constants_are_those_of_the_schema()
    {
        SampleSchema.Answer.ShouldBe(-42);
        SampleSchema.Greeting.ShouldBe("hé\"llo");
        SampleSchema.Ratio.ShouldBe(1.5e300);
    }

    private T Read<T>()
        where T : IStructReader<T>, allows ref struct => _buffer.Read<T>(_buffer.Finish().Length);
}
