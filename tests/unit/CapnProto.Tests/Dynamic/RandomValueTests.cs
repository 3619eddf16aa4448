using System.Text;
using System.Text.Json.Nodes;
using K8sMediaFlow.CapnProto.Dynamic;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Tests.Dynamic;

/// <summary>Random values through our builder and renderer, and through the reference's.</summary>
public class RandomValueTests
{
    private static readonly string[] Types = ["Scalars", "Defaults", "Lists", "Shape", "Everything", "Recursive"];

    [NeedsTheory("capnp")]
    [InlineData(false)]
    [InlineData(true)]
    public void The_reference_reads_what_we_build_as_we_read_it(bool isShort)
    {
        var values = new RandomValues(new Random(Seed.Take(nameof(The_reference_reads_what_we_build_as_we_read_it))));
        var options = isShort ? RenderOptions.OneLine : new RenderOptions();
        foreach (var type in Types)
        {
            var schema = Schemas.Every.Schema.Struct(type);
            var messages = Enumerable.Range(0, 300).Select(_ => values.Message(schema)).ToList();
            var together = messages.SelectMany(message => message).ToArray();
            Lines(messages.Select(message => Rendered.Text(schema, message, options)))
                .ShouldBe(Schemas.Every.Text(type, together, isShort));
            if (type is not "Recursive")
                Lines(messages.Select(message => Rendered.Json(schema, message, options)))
                    .ShouldBe(Schemas.Every.Json(type, together, isShort));
        }
    }

    [NeedsFact("capnp")]
    public void What_the_reference_builds_from_our_text_is_what_we_built()
    {
        var values = new RandomValues(new Random(Seed.Take(nameof(What_the_reference_builds_from_our_text_is_what_we_built))))
        {
            HasUnreadable = false,
        };
        for (var count = 0; count < 40; count++)
        {
            var type = Types[count % Types.Length];
            var schema = Schemas.Every.Schema.Struct(type);
            var text = Rendered.Text(schema, values.Message(schema));
            Rendered.Text(schema, Schemas.Every.Encode(type, text)).ShouldBe(text);
        }
    }

    [NeedsFact("capnp")]
    public void Our_json_builds_the_same_message_with_us_and_with_the_reference()
    {
        var values = new RandomValues(new Random(Seed.Take(nameof(Our_json_builds_the_same_message_with_us_and_with_the_reference))))
        {
            HasUnreadable = false,
        };
        for (var count = 0; count < 40; count++)
        {
            var type = Types[count % 4];
            var schema = Schemas.Every.Schema.Struct(type);
            var message = values.Message(schema);
            var json = Rendered.Json(schema, message, RenderOptions.OneLine);
            var text = Rendered.Text(schema, JsonMessage.Build(json, schema));
            text.ShouldBe(Rendered.Text(schema, Schemas.Every.FromJson(type, json)));
            Rendered.Json(schema, JsonMessage.Build(json, schema), RenderOptions.OneLine).ShouldBe(json);
        }
    }

    [NeedsFact("capnp")]
    public void A_value_is_the_same_after_our_builder_and_our_json()
    {
        var values = new RandomValues(new Random(Seed.Take(nameof(A_value_is_the_same_after_our_builder_and_our_json))))
        {
            FieldsPercent = 100,
        };
        var schema = Schemas.Every.Schema.Struct("Scalars");
        for (var count = 0; count < 1000; count++)
        {
            var value = values.Value(schema);
            var back = JsonNode.Parse(Rendered.Json(schema, JsonMessage.Build(value.ToJsonString(), schema)))!.AsObject();
            foreach (var (name, expected) in value)
                Canonical(back[name]).ShouldBe(Canonical(expected), name);
        }
    }

    private static string Canonical(JsonNode? node) => node switch
    {
        null => "null",
        JsonValue value when value.TryGetValue<double>(out var number) =>
            ((float)number).ToString("R", System.Globalization.CultureInfo.InvariantCulture),
        _ => node.ToJsonString(),
    };

    private static string Lines(IEnumerable<string> messages) =>
        new StringBuilder().AppendJoin("", messages.Select(message => message + "\n")).ToString();
}
