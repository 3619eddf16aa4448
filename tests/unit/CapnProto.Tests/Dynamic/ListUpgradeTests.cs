using K8sMediaFlow.CapnProto.Dynamic;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Tests.Dynamic;

/// <summary>Lists of one element size where the schema says another: what the reference reads we read, what it refuses we refuse.</summary>
public class ListUpgradeTests
{
    private static readonly (string Type, string Values)[] Lists =
    [
        ("Nothings", "[void, void]"), ("Bits", "[true, false, true]"), ("Bytes", "[1, 2, 255]"), ("Shorts", "[257, 2, 65535]"),
            ("Ints", "[1, -2]"),
        ("Longs", "[1, 2, 18446744073709551615]"), ("Texts", "[\"a\", \"\"]"), ("Boxes", "[(text = \"a\"), ()]"),
        ("Pairs", "[(number = 1, text = \"a\", beside = 7), (number = 2), (beside = 3)]"),
    ];

    private static readonly Lazy<Schemas> Loaded = new(() => Schemas.Of(Path.Combine(CapnpTool.Root,
        "tests/unit/CapnProto.Tests/Schema/lists.capnp")));

    public static TheoryData<string> Types => [.. Lists.Select(list => list.Type)];

    [NeedsTheory("capnp")]
    [MemberData(nameof(Types))]
    public void A_list_reads_as_any_other_as_the_reference_reads_it(string writer)
    {
        var framed = Loaded.Value.Encode(writer, $"(values = {Lists.Single(list => list.Type == writer).Values})");
        foreach (var (reader, _) in Lists)
            (OurText(reader, framed) ?? "(values = [])").ShouldBe(TheirText(reader, framed), $"{writer} as {reader}");
    }

    [NeedsFact("capnp")]
    public void An_older_program_changes_a_list_of_numbers_in_place_that_has_become_one_of_structs()
    {
        var framed = Loaded.Value.Encode("Pairs",
            "(values = [(number = 1, text = \"a\", beside = 7), (number = 2), (number = 3, text = \"c\", beside = 9)])");
        var target = Copied(framed);
        var bytes = target.Builder.RootPointer().GetStruct(new StructSize(0, 1)).GetList<byte>(0);
        bytes.Count.ShouldBe(3);
        bytes[1].ShouldBe((byte)2);
        bytes[1] = 200;
        TheirText("Pairs", Framed(target)).ShouldBe(
            TheirText("Pairs", Loaded.Value.Encode("Pairs",
                "(values = [(number = 1, text = \"a\", beside = 7), (number = 200), (number = 3, text = \"c\", beside = 9)])")));
        Refused(() => Root(target).GetList<byte>(0).Span.Length);
        Refused(() => Root(target).GetBools(0).Count);
        Refused(() => Root(target).GetData(0).Length);
    }

    [NeedsFact("capnp")]
    public void An_older_program_changes_a_list_of_texts_in_place_that_has_become_one_of_structs()
    {
        var target = Copied(Loaded.Value.Encode("Pairs", "(values = [(number = 1, text = \"a\", beside = 7), (number = 2)])"));
        Root(target).GetPointers(0).SetText(1, "long enough to need words");
        TheirText("Pairs", Framed(target)).ShouldBe(
            TheirText("Pairs", Loaded.Value.Encode("Pairs",
                "(values = [(number = 1, text = \"a\", beside = 7), (number = 2, text = \"long enough to need words\")])")));
        Root(target).GetVoids(0).ShouldBe(2);
    }

    [NeedsFact("capnp")]
    public void What_an_element_does_not_have_is_refused_in_place_too()
    {
        var target = Copied(Loaded.Value.Encode("Boxes", "(values = [(text = \"a\")])"));
        Refused(() => Root(target).GetList<byte>(0).Count);
        Root(target).GetPointers(0)[0].GetText().ToString().ShouldBe("a");
        target = Copied(Loaded.Value.Encode("Bits", "(values = [true])"));
        Refused(() => Root(target).GetList<byte>(0).Count);
        Refused(() => Root(target).GetVoids(0));
        target = Copied(Loaded.Value.Encode("Shorts", "(values = [257, 2])"));
        Refused(() => Root(target).GetList<uint>(0).Count);
        Refused(() => Root(target).GetPointers(0).Count);
        Root(target).GetList<byte>(0)[1].ShouldBe((byte)2);
    }

    private static string? OurText(string type, byte[] framed)
    {
        try
        {
            return Rendered.Text(Loaded.Value.Schema.Struct(type), framed);
        }
        catch (CapnProtoException)
        {
            return null;
        }
    }

    private static string TheirText(string type, byte[] framed) => Loaded.Value.TextOfUnsound(type, framed).TrimEnd('\n');

    private static MessageBuffer Copied(byte[] framed)
    {
        var source = new MessageBuffer(4096);
        var target = new MessageBuffer(4096);
        target.Begin<Samples.Empty.Builder>();
        target.Builder.RootPointer().SetStruct(source.Read<Samples.Empty.Reader>(framed).Raw);
        return target;
    }

    private static byte[] Framed(MessageBuffer target) => target.Finish().ToArray();

    private static StructBuilder Root(MessageBuffer target) => target.Builder.RootPointer().GetStruct(new StructSize(0, 1));

    private static void Refused(Func<int> act) =>
        Should.Throw<CapnProtoException>(() => act()).Error.ShouldBe(CapnProtoError.WrongElementSize);
}
