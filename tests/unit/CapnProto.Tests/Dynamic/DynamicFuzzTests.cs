using System.Text;
using System.Text.Json;
using K8sMediaFlow.CapnProto.Dynamic;
using K8sMediaFlow.TestKit;

namespace K8sMediaFlow.CapnProto.Tests.Dynamic;

/// <summary>Mutated messages, schemas and JSON through the dynamic side: rendered or refused, within bounded work.</summary>
[Collection("fuzz")]
[Trait("Category", "Fuzz")]
public class DynamicFuzzTests
{
    private static readonly string[] Types = ["Scalars", "Lists", "Shape", "Everything", "Defaults", "Recursive"];

    [NeedsFact("capnp")]
    public void No_mutated_message_harms_the_renderers()
    {
        var (rendered, refused) = (0, 0);
        using var memory = new GuardedMemory(1 << 16);
        FuzzLoop.Run(nameof(No_mutated_message_harms_the_renderers), random =>
        {
            var schema = Schemas.Every.Schema.Struct(Types[random.Next(Types.Length)]);
            var framed = new RandomValues(random).Message(schema);
            if (framed.Length > memory.LengthBytes)
                return;
            GuardedRendering.Mutate(random, framed);
            _ = GuardedRendering.Text(memory, schema, framed) is null ? refused++ : rendered++;
        });
        Console.WriteLine($"rendered {rendered}, refused {refused}");
        rendered.ShouldBeGreaterThan(0);
        refused.ShouldBeGreaterThan(0);
    }

    [NeedsFact("capnp")]
    public void No_mutated_schema_harms_its_loader_or_what_is_read_by_it()
    {
        var (loaded, refused) = (0, 0);
        FuzzLoop.Run(nameof(No_mutated_schema_harms_its_loader_or_what_is_read_by_it), random =>
        {
            var request = (byte[])Schemas.Every.Request.Clone();
            for (var again = random.Next(6); again > 0; again--)
                Mutation.Apply(random, request);
            _ = TryUse(request) ? loaded++ : refused++;
        });
        Console.WriteLine($"loaded {loaded}, refused {refused}");
        loaded.ShouldBeGreaterThan(0);
        refused.ShouldBeGreaterThan(0);
    }

    /// <summary>What is accepted is a message whose own JSON builds it again.</summary>
    [NeedsFact("capnp")]
    public void Mutated_json_is_a_message_or_refused_with_its_place()
    {
        var (built, refused) = (0, 0);
        FuzzLoop.Run(nameof(Mutated_json_is_a_message_or_refused_with_its_place), random =>
        {
            var schema = Schemas.Every.Schema.Struct(Types[random.Next(Types.Length - 1)]);
            var json = Mutated(random, Encoding.UTF8.GetBytes(new RandomValues(random).Value(schema).ToJsonString()));
            try
            {
                var framed = JsonMessage.Build(json, schema);
                var again = JsonMessage.Build(Rendered.Json(schema, framed), schema);
                Rendered.Text(schema, again).ShouldBe(Rendered.Text(schema, framed));
                built++;
            }
            catch (JsonFaultException)
            {
                refused++;
            }
        });
        Console.WriteLine($"built {built}, refused {refused}");
        built.ShouldBeGreaterThan(0);
        refused.ShouldBeGreaterThan(0);
    }

    private static bool TryUse(byte[] request)
    {
        try
        {
            var schema = DynamicSchema.Load(request);
            foreach (var one in schema.Structs.ToList())
            {
                var empty = new byte[] { 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 };
                _ = Rendered.Text(one, empty, RenderOptions.Glance);
                if (one.Name != "Recursive")
                    _ = Rendered.Json(one, empty, RenderOptions.Glance);
            }

            return true;
        }
        catch (CapnProtoException)
        {
            return false;
        }
    }

    private static byte[] Mutated(Random random, byte[] json)
    {
        var bytes = json.ToList();
        for (var change = random.Next(4); change > 0 && bytes.Count > 0; change--)
        {
            var at = random.Next(bytes.Count);
            if (random.Next(3) == 0)
                bytes.RemoveAt(at);
            else if (random.Next(2) == 0)
                bytes[at] = (byte)random.Next(256);
            else
                bytes.Insert(at, "0123456789-.eE\"\\[]{},:utn"u8[random.Next(25)]);
        }

        return [.. bytes];
    }
}
