using System.Text;
using System.Text.Json;
using K8sMediaFlow.CapnProto.Dynamic;

namespace K8sMediaFlow.Protobuf;

/// <summary>The reverse of <see cref="WellKnownJson"/>.</summary>
internal static class WellKnownParser
{
    /// <summary>Null if the type is a plain object in JSON.</summary>
    public static ProtobufMessage? TryRead(JsonPlace place, MessageType type, ProtobufSchema schema) => type.FullName switch
    {
        "google.protobuf.Timestamp" =>
            Time(place, type, TimeText.TryTimestamp(place.Text("a time"), out var seconds, out var nanos), seconds, nanos),
        "google.protobuf.Duration" =>
            Time(place, type, TimeText.TryDuration(place.Text("a duration"), out var seconds, out var nanos), seconds, nanos),
        "google.protobuf.FieldMask" => Mask(place, type),
        "google.protobuf.Struct" => Wrap(place, type, type.Find(1)!, schema),
        "google.protobuf.ListValue" => Wrap(place, type, type.Find(1)!, schema),
        "google.protobuf.Value" => Wrap(place, type, ValueField(place, type), schema),
        "google.protobuf.Any" => Any(place, type, schema),
        _ when WellKnownJson.IsWrapper(type.FullName) => Wrap(place, type, type.Find(1)!, schema),
        _ => null,
    };

    private static ProtobufMessage Time(JsonPlace place, MessageType type, bool isTime, long seconds, long nanos)
    {
        place.Require(isTime, type.Name == "Timestamp" ? "a time like \"2024-01-31T12:00:00.5Z\"" : "a duration like \"1.5s\"");
        var message = new ProtobufMessage(type);
        message.Add(type.Find(1)!, new ProtobufValue((ulong)seconds));
        message.Add(type.Find(2)!, new ProtobufValue((ulong)nanos));
        return message;
    }

    private static ProtobufMessage Mask(JsonPlace place, MessageType type)
    {
        var message = new ProtobufMessage(type);
        foreach (var path in place.Text("paths in one string").Split(',', StringSplitOptions.RemoveEmptyEntries))
            message.Add(type.Find(1)!, new ProtobufValue(Encoding.UTF8.GetBytes(CamelCase.ToSnake(path))));
        return message;
    }

    private static ProtobufMessage Wrap(JsonPlace place, MessageType type, MessageField field, ProtobufSchema schema)
    {
        var message = new ProtobufMessage(type);
        JsonParser.Field(place, message, field, schema);
        return message;
    }

    private static MessageField ValueField(JsonPlace place, MessageType type) => type.Find(place.Kind switch
    {
        JsonValueKind.Null => 1,
        JsonValueKind.Number => 2,
        JsonValueKind.String => 3,
        JsonValueKind.True or JsonValueKind.False => 4,
        JsonValueKind.Object => 5,
        _ => 6,
    })!;

    private static ProtobufMessage Any(JsonPlace place, MessageType type, ProtobufSchema schema)
    {
        place.RequireObject(type);
        var message = new ProtobufMessage(type);
        var members = place.Members().ToList();
        if (members.Count == 0)
            return message;
        var tag = members.Find(member => member.Name == "@type").Place;
        if (tag is null)
            place.Fail("an Any names its type in \"@type\"");
        var url = tag.Text("the name of a type");
        var inner = schema.Find(url[(url.LastIndexOf('/') + 1)..]);
        if (inner is null)
            tag.Fail($"the schema has no message '{url}'");
        message.Add(type.Find(1)!, new ProtobufValue(Encoding.UTF8.GetBytes(url)));
        message.Add(type.Find(2)!, new ProtobufValue(WireWriter.ToBytes(Inner(place, members, inner, schema))));
        return message;
    }

    private static ProtobufMessage Inner(JsonPlace place, List<(string Name, JsonPlace Place)> members, MessageType type,
        ProtobufSchema schema)
    {
        if (WellKnownJson.IsSpecial(type.FullName))
        {
            var value = members.Find(member => member.Name == "value").Place;
            if (value is null || members.Count != 2)
                place.Fail($"{type} inside an Any stands in \"value\", and nothing beside it");
            return JsonParser.Message(value, type, schema);
        }

        var message = new ProtobufMessage(type);
        JsonParser.Members(members.Where(member => member.Name != "@type"), message, schema);
        return message;
    }
}
