using K8sMediaFlow.CapnProto.Tests.@event.Clashes;

namespace K8sMediaFlow.CapnProto.Tests;

/// <summary>What the generator makes of names that clash, and of constants, defaults and type parameters.</summary>
public class GeneratedCodeTests
{
    private static readonly byte[] NullRoot = [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];

    private readonly MessageBuffer _buffer = new(8192);

    [Fact]
    public void Constants_of_every_kind_have_their_values()
    {
        ClashesSchema.BoolConst.ShouldBeTrue();
        ClashesSchema.I8.ShouldBe(sbyte.MinValue);
        ClashesSchema.U64.ShouldBe(ulong.MaxValue);
        float.IsNaN(ClashesSchema.F).ShouldBeTrue();
        ClashesSchema.TextConst.ShouldBe("a\"\\\n\u0001é𝄞");
        ClashesSchema.DataConst.ToArray().ShouldBe([1, 2]);
        ClashesSchema.StructConst.X.ShouldBe(3);
        ClashesSchema.StructConst.Label.ToString().ShouldBe("p");
        ClashesSchema.ListConst.ToArray().ShouldBe([1, -2, 3]);
        ClashesSchema.PointsConst[1].Label.ToString().ShouldBe("two");
        ClashesSchema.PointsConst[0].Label.ToString().ShouldBe("lab<el> & \"q\"");
        ClashesSchema.TextsConst.ToStrings().ShouldBe(["a", "b"]);
        ClashesSchema.EnumConst.ShouldBe(Colour.Green);
        ClashesSchema.BoxConst.Value.ToString().ShouldBe("boxed");
        ClashesSchema.NestedConst[1][1].ShouldBeTrue();
        Iface.C.ShouldBe(3);
    }

    [Fact]
    public void Pointer_defaults_are_read_where_nothing_is_set()
    {
        _buffer.Begin<Clashing.Builder>();
        var read = _buffer.Read<Clashing.Reader>(_buffer.Finish().Length);
        read.HasPt.ShouldBeFalse();
        (read.Pt.X, read.Pt.Label.ToString()).ShouldBe((77, "dflt"));
        read.Lp[1].Y.ShouldBe(2);
        read.Lt.ToStrings().ShouldBe(["x", "y"]);
        read.Lb[0].ShouldBeTrue();
        read.Ll[1].ToArray().ShouldBe([2, 3]);
        read.Le[0].ShouldBe(Colour.Green);
        read.Lvd.Count.ShouldBe(2);
        read.Dt.ToArray().ShouldBe([0, 255]);
        read.Tx.Bytes.ToArray().ShouldBe([255]);
        float.IsNegative(read.F32).ShouldBeTrue();
        double.IsNaN(read.F64).ShouldBeTrue();
        read.Cap.ShouldBeNull();
    }

    [Fact]
    public void Pointer_defaults_are_read_where_the_struct_itself_is_null()
    {
        _buffer.Read<Clashing.Reader>(NullRoot).Pt.X.ShouldBe(77);
        _buffer.Read<Clashing.Reader>(NullRoot).Lp[1].Y.ShouldBe(2);
        _buffer.Read<Clashing.Reader>(NullRoot).Raw.GetStruct<Clashing.Reader>(0).Pt.Label.ToString().ShouldBe("dflt");
        _buffer.Read<Clashing.Reader>(NullRoot).Raw.GetAny(1000).AsStruct<Clashing.Reader>().Ll[1].ToArray().ShouldBe([2, 3]);
        var message = Dynamic.Rendered.Read(NullRoot);
        new Clashing.Reader(message.At(default)).Pt.X.ShouldBe(77);
    }

    /// <summary>As through pointers: a default that contains itself has an end.</summary>
    [Fact]
    public void Nulls_below_nulls_count_as_levels()
    {
        var below = Dynamic.Rendered.Read(NullRoot, new ReadLimits(1000, 3));
        var reader = below.Root();
        _ = new Clashing.Reader(reader.GetStruct(0)).Pt;
        Should.Throw<CapnProtoException>(() =>
        {
            var message = Dynamic.Rendered.Read(NullRoot, new ReadLimits(1000, 3));
            _ = new Clashing.Reader(message.Root().GetStruct(0).GetAny(5).AsStruct()).Pt;
        }).Error.ShouldBe(CapnProtoError.DepthLimit);
    }

    [Fact]
    public void A_default_becomes_a_copy_of_its_own_when_the_builder_asks_for_it()
    {
        var built = _buffer.Begin<Clashing.Builder>();
        var pt = built.Pt;
        pt.Y = 9;
        var listed = built.Lp[0];
        listed.Label = "mine";
        built.Ll[0][0] = 42;
        var read = _buffer.Read<Clashing.Reader>(_buffer.Finish().Length);
        (read.Pt.X, read.Pt.Y, read.Pt.Label.ToString()).ShouldBe((77, 9, "dflt"));
        (read.Lp[0].Label.ToString(), read.Lp[1].Y).ShouldBe(("mine", 2));
        read.Ll[0][0].ShouldBe((short)42);
        ClashesSchema.PointsConst[0].Label.ToString().ShouldNotBe("mine");
    }

    [Fact]
    public void Looking_at_a_default_text_or_data_writes_nothing()
    {
        var built = _buffer.Begin<Clashing.Builder>();
        built.Tx.ShouldBe("\ufffd");
        built.Dt.ToArray().ShouldBe([0, 255]);
        (built.HasTx || built.HasDt).ShouldBeFalse();
    }

    [Fact]
    public void A_type_parameter_is_a_C_sharp_type_parameter()
    {
        var built = _buffer.Begin<UsesMap.Builder>();
        var entries = built.InitM().InitEntries(1);
        entries[0].InitKey().SetText("points");
        var second = entries[0].InitValue().InitStructs<Point.Builder>(2)[1];
        second.X = 8;
        var first = built.M.Entries[0].Value[0];
        first.Y = 3;
        built.InitN().InitValue().GetStruct<Map.Builder<DataBuilder, PointerListBuilder<ListBuilder<float>>>>()
            .InitEntries(1)[0].InitKey().SetData([1]);

        var read = _buffer.Read<UsesMap.Reader>(_buffer.Finish().Length);
        Map.Entry.Reader<Utf8Text, StructListReader<Point.Reader>> entry = read.M.Entries[0];
        entry.Key.ToString().ShouldBe("points");
        (entry.Value[0].Y, entry.Value[1].X).ShouldBe((3, 8));
        read.N.Value.Entries[0].Key.Bytes.ToArray().ShouldBe([1]);
    }

    [Fact]
    public void Choosing_a_group_of_a_union_clears_what_another_member_left()
    {
        var built = _buffer.Begin<Clashing.Builder>();
        var union = built.Reader2;
        union.BuilderField = -1;
        var group = union.InitG();
        (group.H, group.I, group.J, group.K.Which).ShouldBe((1.5, "i", true, Clashing.Reader2.G.K.Which.L));
        built.Reader2.Which.ShouldBe(Clashing.Reader2.Which.G);
        Should.Throw<CapnProtoException>(() => _ = _buffer.Read<Clashing.Reader>(_buffer.Finish().Length).Reader2.BuilderField)
            .Error.ShouldBe(CapnProtoError.WrongUnionMember);
    }

    [Fact]
    public void Fields_whose_names_clash_still_are_fields_of_their_own()
    {
        var built = _buffer.Begin<Clashing.Builder>();
        built.X = "x";
        built.HasXField = true;
        built.InitXField = "init";
        built.SetXField = [7];
        var group = built.Clashing;
        group.Clashing = "in the group";
        var point = built.Point;
        point.B = 4;
        built.GetTypeField = "type";
        var read = _buffer.Read<Clashing.Reader>(_buffer.Finish().Length);
        (read.X.ToString(), read.HasX, read.HasXField, read.InitXField.ToString()).ShouldBe(("x", true, true, "init"));
        read.SetXField.ToArray().ShouldBe([7]);
        (read.Clashing.Clashing.ToString(), read.Point.B, read.GetTypeField.ToString()).ShouldBe(("in the group", 4, "type"));
    }

    [Fact]
    public void Lists_are_set_from_spans_and_copied_from_other_messages()
    {
        var built = _buffer.Begin<Clashing.Builder>();
        built.SetLt("one", "two");
        built.SetLe([Colour.ToString, Colour.Red]);
        built.SetLp(ClashesSchema.PointsConst);
        built.SetPt(ClashesSchema.StructConst);
        built.InitLll(1).Init(0, 1).Init(0, 2).SetText(1, "deep");
        var read = _buffer.Read<Clashing.Reader>(_buffer.Finish().Length);
        read.Lt.ToStrings().ShouldBe(["one", "two"]);
        read.Le.ToArray().ShouldBe([Colour.ToString, Colour.Red]);
        (read.Lp.Count, read.Lp[1].Label.ToString(), read.Pt.X).ShouldBe((2, "two", 3));
        read.Lll[0][0][1].ToString().ShouldBe("deep");
    }
}
