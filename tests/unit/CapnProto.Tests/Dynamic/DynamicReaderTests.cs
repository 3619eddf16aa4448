using K8sMediaFlow.CapnProto.Dynamic;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Tests.Dynamic;

/// <summary>Reading single values by name, and schemas that are none.</summary>
public class DynamicReaderTests
{
    private static DynamicSchema Schema => Schemas.Every.Schema;

    [NeedsFact("capnp")]
    public void A_value_is_read_by_the_name_of_its_field()
    {
        var message = Rendered.Read(JsonMessage.Build("""{"name":"s","polygon":[{"x":-1},{"y":7}],"border":{"solid":{"colour":"blue"}}}""",
            Schema.Struct("Shape")));
        var shape = new DynamicReader(message.Root(), Schema.Struct("Shape"));
        shape["name"].AsText.ToString().ShouldBe("s");
        shape.Which!.Name.ShouldBe("polygon");
        shape["polygon"].AsList[1].AsStruct["y"].AsInt64.ShouldBe(7);
        shape["border"].AsStruct["solid"].AsStruct["width"].AsUInt64.ShouldBe(1UL);
        shape["border"].AsStruct["solid"].AsStruct["colour"].AsUInt64.ShouldBe(2UL);
        shape.Has(Schema.Struct("Shape").Find("circle")!).ShouldBeFalse();
    }

    [NeedsFact("capnp")]
    public void What_is_not_there_is_an_error_that_names_it()
    {
        Should.Throw<KeyNotFoundException>(() => Schema.Struct("Nothing"))
            .Message.ShouldStartWith("the schema has no struct 'Nothing' (it has: ");
        Should.Throw<KeyNotFoundException>(() => Schema.Struct("0x1")).Message.ShouldStartWith("the schema has no struct 0x1 (it has: ");
        Should.Throw<KeyNotFoundException>(() => Get("Shape", "colour")).Message.ShouldBe("Shape has no field 'colour'");
        Should.Throw<CapnProtoException>(() => Get("Shape", "square")).Error.ShouldBe(CapnProtoError.WrongUnionMember);
        Should.Throw<InvalidOperationException>(() => Get("Shape", "name", value => value.AsInt64))
            .Message.ShouldBe("The value is a Text.");
        Schema.Struct($"0x{Schema.Struct("Shape").Id:x}").ShouldBeSameAs(Schema.Struct("Shape"));
    }

    [NeedsFact("capnp")]
    public void A_generic_struct_is_bound_by_the_caller()
    {
        var box = Schema.Struct("Box");
        box.Find("value")!.Type.Kind.ShouldBe(DynamicKind.AnyPointer);
        var texts = box.Of(DynamicType.Plain(DynamicKind.Text));
        texts.Find("value")!.Type.Kind.ShouldBe(DynamicKind.Text);
        texts.Find("next")!.Type.Struct.ShouldBeSameAs(texts);
        texts.Find("inner")!.Type.Struct.Find("value")!.Type.Kind.ShouldBe(DynamicKind.Text);
        var lists = box.Of(Schema.ListOf(DynamicType.Plain(DynamicKind.Int16)));
        var framed = JsonMessage.Build("""{"value":[1,2],"pair":{"first":[3],"second":"s"}}""", lists);
        Rendered.Text(lists, framed, RenderOptions.OneLine)
            .ShouldBe(Schemas.Every.Text("Box(List(Int16))", framed, isShort: true).TrimEnd('\n'));
        Should.Throw<ArgumentException>(() => box.Of(DynamicType.Plain(DynamicKind.Bool)));
    }

    [Fact]
    public void A_schema_that_is_none_is_refused() =>
        Should.Throw<CapnProtoException>(() => DynamicSchema.Load([])).Error.ShouldBe(CapnProtoError.BadFraming);

    private static void Get(string type, string field) => Get(type, field, _ => 0L);

    private static void Get(string type, string field, Func<DynamicValue, long> use)
    {
        var message = Rendered.Read(JsonMessage.Build("{}", Schema.Struct(type)));
        use(new DynamicReader(message.Root(), Schema.Struct(type))[field]);
    }
}
