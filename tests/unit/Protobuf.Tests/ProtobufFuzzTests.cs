using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.Protobuf.Tests;

/// <summary>Mutated messages and descriptor sets: rendered or refused, within bounded work.</summary>
[Trait("Category", "Fuzz")]
public class ProtobufFuzzTests
{
    private static readonly string[] JsonTypes = ["modern.Scalars", "modern.Lists", "modern.Maps", "modern.Everything", "modern.WellKnown"];

    /// <summary>What is accepted is written again as a message that says the same.</summary>
    [NeedsFact("protoc")]
    public void Mutated_messages_are_refused_or_rendered()
    {
        var (rendered, refused) = (0, 0);
        FuzzLoop.Run(nameof(Mutated_messages_are_refused_or_rendered), random =>
        {
            var (reference, type) = random.Next(3) switch
            {
                0 => (Reference.Modern, "modern.Everything"),
                1 => (Reference.Modern, "modern.WellKnown"),
                _ => (Reference.Classic, "classic.Old"),
            };
            var bytes = Mutated(random, WireWriter.ToBytes(new RandomMessages(random).Message(reference.Schema.Message(type))));
            try
            {
                var message = reference.Parse(type, bytes);
                TextFormat.ToText(message, RenderOptions.Glance);
                TextFormat.ToText(ProtobufMessage.Parse(WireWriter.ToBytes(message), message.Type)).ShouldBe(TextFormat.ToText(message));
                JsonFormat.ToJson(message, reference.Schema, RenderOptions.Glance);
                rendered++;
            }
            catch (ProtobufException)
            {
                refused++;
            }
        });
        Console.WriteLine($"rendered {rendered}, refused {refused}");
        rendered.ShouldBeGreaterThan(0);
        refused.ShouldBeGreaterThan(0);
    }

    /// <summary>What is accepted is a message whose own JSON is understood too.</summary>
    [NeedsFact("protoc")]
    public void Mutated_json_is_a_message_or_refused()
    {
        var (read, refused) = (0, 0);
        FuzzLoop.Run(nameof(Mutated_json_is_a_message_or_refused), random =>
        {
            var type = Reference.Modern.Schema.Message(JsonTypes[random.Next(JsonTypes.Length)]);
            try
            {
                var json = JsonFormat.ToJson(new RandomMessages(random).Message(type), Reference.Modern.Schema);
                var message = JsonParser.Parse(Mutated(random, System.Text.Encoding.UTF8.GetBytes(json)), type, Reference.Modern.Schema);
                JsonParser.Parse(JsonFormat.ToJson(message, Reference.Modern.Schema), type, Reference.Modern.Schema);
                read++;
            }
            catch (ProtobufException)
            {
                refused++;
            }
        });
        Console.WriteLine($"read {read}, refused {refused}");
        read.ShouldBeGreaterThan(0);
        refused.ShouldBeGreaterThan(0);
    }

    [NeedsFact("protoc")]
    public void No_mutated_schema_harms_its_loader_or_what_is_read_by_it()
    {
        var loaded = 0;
        FuzzLoop.Run(nameof(No_mutated_schema_harms_its_loader_or_what_is_read_by_it), random =>
        {
            try
            {
                var schema = ProtobufSchema.Load(Mutated(random, Reference.Classic.Set));
                foreach (var type in schema.Messages.ToList())
                    JsonFormat.ToJson(ProtobufMessage.Parse((byte[])[8, 1, 18, 1, (byte)'x'], type), schema);
                loaded++;
            }
            catch (ProtobufException)
            {
            }
        });
        loaded.ShouldBeGreaterThan(0);
    }

    private static byte[] Mutated(Random random, byte[] bytes)
    {
        var copy = (byte[])bytes.Clone();
        for (var change = random.Next(4); change > 0 && copy.Length > 0; change--)
            copy[random.Next(copy.Length)] = random.Next(2) == 0
                ? (byte)random.Next(256)
                : (byte)(copy[random.Next(copy.Length)] ^ (1 << random.Next(8)));
        return random.Next(8) == 0 ? copy[..random.Next(copy.Length + 1)] : copy;
    }
}
