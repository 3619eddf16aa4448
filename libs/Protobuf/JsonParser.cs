using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using K8sMediaFlow.CapnProto.Dynamic;
using Kinds = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;

namespace K8sMediaFlow.Protobuf;

/// <summary>
/// Messages out of JSON, by the mapping of proto3. For tests and tools. Fields may be named as in the schema or in camel case; null means
/// none; what the schema does not have is a mistake. Errors name the place: <c>$.planes[2].rows</c>.
/// </summary>
public static class JsonParser
{
    /// <exception cref="ProtobufException">It is no JSON, or no such message.</exception>
    public static ProtobufMessage Parse(ReadOnlyMemory<byte> utf8Json, MessageType type, ProtobufSchema schema)
    {
        // Of strings the library finds it out only when they are asked for, each in its own way.
        if (!Utf8.IsValid(utf8Json.Span))
            throw new ProtobufException("the text is not UTF-8");
        try
        {
            using var document = JsonDocument.Parse(utf8Json, new JsonDocumentOptions { MaxDepth = 2 * ReadLimits.Default.DepthMax });
            return Message(new JsonPlace(document.RootElement, null, ""), type, schema);
        }
        catch (JsonException error)
        {
            throw new ProtobufException($"line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}: {error.Message}", error);
        }
    }

    /// <inheritdoc cref="Parse(ReadOnlyMemory{byte}, MessageType, ProtobufSchema)"/>
    public static ProtobufMessage Parse(string json, MessageType type, ProtobufSchema schema) =>
        Parse(Encoding.UTF8.GetBytes(json), type, schema);

    internal static ProtobufMessage Message(JsonPlace place, MessageType type, ProtobufSchema schema)
    {
        if (WellKnownParser.TryRead(place, type, schema) is { } known)
            return known;
        place.RequireObject(type);
        var message = new ProtobufMessage(type);
        Members(place.Members(), message, schema);
        return message;
    }

    internal static void Members(IEnumerable<(string Name, JsonPlace Place)> members, ProtobufMessage message, ProtobufSchema schema)
    {
        var (seen, oneofs) = (new HashSet<int>(), new Dictionary<int, string>());
        foreach (var (name, place) in members)
        {
            if (message.Type.Find(name) is not { } field)
            {
                place.Fail($"{message.Type} has no such field");
                return;
            }

            if (!seen.Add(field.Number))
                place.Fail("the object has this field twice");
            if (place.Kind == JsonValueKind.Null && !TakesNull(field))
                continue;
            if (field.Oneof is { } oneof && !oneofs.TryAdd(oneof, name))
                place.Fail($"'{oneofs[oneof]}' of the same oneof is set already");
            Field(place, message, field, schema);
        }
    }

    internal static void Field(JsonPlace place, ProtobufMessage message, MessageField field, ProtobufSchema schema)
    {
        if (field.IsMap)
        {
            Map(place, message, field, schema);
        }
        else if (field.IsRepeated)
        {
            place.Require(place.Kind == JsonValueKind.Array, "an array");
            foreach (var item in place.Items())
                message.Add(field, Value(item, field, schema));
        }
        else
        {
            message.Add(field, Value(place, field, schema));
        }
    }

    private static void Map(JsonPlace place, ProtobufMessage message, MessageField field, ProtobufSchema schema)
    {
        place.Require(place.Kind == JsonValueKind.Object, "an object (a map)");
        var seen = new HashSet<string>();
        foreach (var (name, value) in place.Members())
        {
            if (!seen.Add(name))
                value.Fail("the map has this key twice");
            var entry = new ProtobufMessage(field.Message);
            entry.Add(field.Message.Find(1)!, Value(place.Key(name), field.Message.Find(1)!, schema));
            entry.Add(field.Message.Find(2)!, Value(value, field.Message.Find(2)!, schema));
            message.Add(field, new ProtobufValue(entry));
        }
    }

    private static ProtobufValue Value(JsonPlace place, MessageField field, ProtobufSchema schema) =>
        field.IsMessage ? new ProtobufValue(Message(place, field.Message, schema)) : JsonScalars.Read(place, field);

    private static bool TakesNull(MessageField field) => !field.IsRepeated &&
        ((field.Kind == Kinds.Message && field.Message.FullName == "google.protobuf.Value") ||
            (field.Kind == Kinds.Enum && field.Enum.FullName == "google.protobuf.NullValue"));
}
