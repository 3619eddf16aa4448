using System.Text;
using K8sMediaFlow.CapnProto.Dynamic;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Tests.Dynamic;

/// <summary>What is shown of much, and what hostile messages can cost.</summary>
public class LimitTests
{
    private static StructSchema Struct(string name) => Schemas.Every.Schema.Struct(name);

    [NeedsFact("capnp")]
    public void What_is_left_out_of_a_list_or_payload_is_said_in_its_place()
    {
        var glance = new RenderOptions { ElementsMax = 2, BytesMax = 4, IsPretty = false };
        var lists = JsonMessage.Build("""{"int32s":[1,2,3,4,5],"texts":["abcé","abcdef"],"datas":[[1,2,3,4,5,6]],"structs":[{},{},{}]}""",
            Struct("Lists"));
        Rendered.Text(Struct("Lists"), lists, glance).ShouldStartWith(
            "(int32s = [1, 2, … 3 more], texts = [\"abc\"… 2 bytes more, \"abcd\"… 2 bytes more], datas = [\"\\001\\002\\003\\004\"… 2 bytes more], structs = [(void = void");
        var json = Rendered.Json(Struct("Lists"), lists, glance);
        System.Text.Json.JsonDocument.Parse(json).RootElement.GetProperty("int32s").GetRawText().ShouldBe("[1,2,\"… 3 more\"]");
        json.ShouldContain("[1,2,3,4,\"… 2 more\"]");
        json.ShouldContain("\"abcd… 2 bytes more\"");
    }

    [NeedsFact("capnp")]
    public void A_small_message_that_stands_for_much_text_is_cut_off_by_an_error()
    {
        var message = JsonMessage.Build($$"""{"voids":[{{string.Join(',', Enumerable.Repeat("null", 100_000))}}]}""", Struct("Lists"));
        message.Length.ShouldBeLessThan(400);
        Should.Throw<CapnProtoException>(() => Rendered.Text(Struct("Lists"), message, new RenderOptions { OutputBytesMax = 10_000 }))
            .Error.ShouldBe(CapnProtoError.TooLarge);
        Rendered.Text(Struct("Lists"), message, new RenderOptions { ElementsMax = 2, IsPretty = false })
            .ShouldBe("(voids = [void, void, … 99998 more])");
    }

    [NeedsFact("capnp")]
    public void A_default_that_contains_itself_ends_at_the_depth_limit()
    {
        var empty = JsonMessage.Build("{}", Struct("Recursive"));
        Rendered.Text(Struct("Recursive"), empty).ShouldBe("()");
        Should.Throw<CapnProtoException>(() => Rendered.Json(Struct("Recursive"), empty)).Error.ShouldBe(CapnProtoError.DepthLimit);
    }

    [NeedsFact("capnp")]
    public void Looking_ahead_at_what_fits_into_a_line_costs_no_budget()
    {
        var message = JsonMessage.Build(
            """{"deep":[[["a","b"],["c"]],[["d"]]],"texts":["xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"]}""", Struct("Lists"));
        var limits = new ReadLimits(message.Length / 8, 64);
        foreach (var isPretty in (bool[])[true, false])
        {
            var reader = Rendered.Read(message, limits);
            Rendering.ToText(ref reader, Struct("Lists"), new RenderOptions { IsPretty = isPretty }).ShouldContain("xxxx");
            reader = Rendered.Read(message, limits);
            Rendering.ToJson(ref reader, Struct("Lists"), new RenderOptions { IsPretty = isPretty }).ShouldContain("xxxx");
        }
    }

    [NeedsFact("capnp")]
    public void Text_goes_to_a_writer_in_pieces_without_breaking_characters()
    {
        var message = JsonMessage.Build($$"""{"text":"{{string.Concat(Enumerable.Repeat("漢é😀x", 10_000))}}"}""", Struct("Scalars"));
        var reader = Rendered.Read(message);
        using var writer = new StringWriter();
        using (var output = new TextWriterOutput(writer))
            Rendering.WriteText(ref reader, new DynamicReader(reader.Root(), Struct("Scalars")), output, new RenderOptions());
        writer.ToString().ShouldBe(Rendered.Text(Struct("Scalars"), message));
    }

    [NeedsFact("capnp")]
    [Trait("Category", "Slow")]
    public void Mutated_messages_are_refused_or_rendered_as_the_reference_renders_them()
    {
        var random = new Random(Seed.Take(nameof(Mutated_messages_are_refused_or_rendered_as_the_reference_renders_them)));
        var values = new RandomValues(random);
        var (accepted, refused) = (new List<(string Type, byte[] Framed, string Text)>(), 0);
        using var memory = new GuardedMemory(1 << 16);
        for (var count = 0; count < 8_000; count++)
        {
            var type = ((string[])["Lists", "Shape", "Everything", "Defaults"])[count % 4];
            var framed = values.Message(Struct(type));
            if (framed.Length > memory.LengthBytes)
                continue;
            GuardedRendering.Mutate(random, framed);
            if (GuardedRendering.Text(memory, Struct(type), framed) is { } text)
                accepted.Add((type, framed, text));
            else
                refused++;
        }

        Console.WriteLine($"rendered {accepted.Count}, refused {refused}");
        refused.ShouldBeGreaterThan(100);
        // The tool gives up on a message with capabilities, which we skip.
        var comparable = accepted.Where(one => one.Text.Length < 100_000
            && !one.Text.Contains("<external capability>", StringComparison.Ordinal));
        foreach (var group in comparable.GroupBy(one => one.Type))
        {
            var together = group.SelectMany(one => one.Framed).ToArray();
            string.Concat(group.Select(one => one.Text + "\n")).ShouldBe(Schemas.Every.TextOfUnsound(group.Key, together));
        }
    }
}
