using System.Text;

namespace K8sMediaFlow.Protobuf;

/// <summary>The types of google.protobuf that have a form of their own in JSON.</summary>
internal static class WellKnownJson
{
    /// <summary>Whether that type is no plain object in JSON: inside an Any it is then under "value".</summary>
    public static bool IsSpecial(string fullName) =>
        IsWrapper(fullName) || fullName is "google.protobuf.Timestamp" or "google.protobuf.Duration"
        or "google.protobuf.FieldMask" or "google.protobuf.Struct" or "google.protobuf.Value" or "google.protobuf.ListValue"
            or "google.protobuf.Any";

    public static bool IsWrapper(string fullName) =>
        fullName is "google.protobuf.DoubleValue" or "google.protobuf.FloatValue" or "google.protobuf.Int64Value"
        or "google.protobuf.UInt64Value" or "google.protobuf.Int32Value" or "google.protobuf.UInt32Value" or "google.protobuf.BoolValue"
        or "google.protobuf.StringValue" or "google.protobuf.BytesValue";

    public static bool TryWrite(JsonEmitter emitter, ProtobufMessage message)
    {
        switch (message.Type.FullName)
        {
            case "google.protobuf.Timestamp":
                emitter.Json.WriteStringValue(TimeText.Timestamp(Whole(message, 1), Whole(message, 2)));
                return true;
            case "google.protobuf.Duration":
                emitter.Json.WriteStringValue(TimeText.Duration(Whole(message, 1), Whole(message, 2)));
                return true;
            case "google.protobuf.FieldMask":
                emitter.Json.WriteStringValue(string.Join(",",
                    Field(message, 1).Select(path => CamelCase.Of(Encoding.UTF8.GetString(path.Bytes.Span)))));
                return true;
            case "google.protobuf.Struct":
                emitter.Map(message.Type.Find(1)!, MapOrder.Distinct(message.Type.Find(1)!, Field(message, 1)));
                return true;
            case "google.protobuf.ListValue":
                emitter.List(message.Type.Find(1)!, Field(message, 1));
                return true;
            case "google.protobuf.Value":
                Any(emitter, message);
                return true;
            case "google.protobuf.Any":
                Typed(emitter, message);
                return true;
            case var name when IsWrapper(name):
                emitter.Value(message.Type.Find(1)!, MapOrder.Part(message, message.Type.Find(1)!));
                return true;
            default:
                return false;
        }
    }

    /// <summary>The dynamic Value: of whatever kind; null if of none.</summary>
    private static void Any(JsonEmitter emitter, ProtobufMessage message)
    {
        var (field, values) = message.Fields.FirstOrDefault();
        if (field is null)
            emitter.Json.WriteNullValue();
        else if (field.Number == 2 && !double.IsFinite(BitConverter.UInt64BitsToDouble(values[0].Bits)))
            throw new ProtobufException("a google.protobuf.Value must not hold NaN or an infinite number");
        else
            emitter.Value(field, values[0]);
    }

    private static void Typed(JsonEmitter emitter, ProtobufMessage any)
    {
        var url = any.Value(1) is { } text ? Encoding.UTF8.GetString(text.Bytes.Span) : "";
        var json = emitter.Json;
        json.WriteStartObject();
        if (url.Length > 0)
        {
            json.WriteString("@type", url);
            var type = emitter.Schema.Find(url[(url.LastIndexOf('/') + 1)..])
                ?? throw new ProtobufException($"an Any holds '{url}', which the schema does not have");
            var inner = ProtobufMessage.Parse(any.Value(2)?.Bytes ?? default, type);
            if (IsSpecial(type.FullName))
            {
                json.WritePropertyName("value");
                emitter.Message(inner);
            }
            else
            {
                emitter.Members(inner);
            }
        }

        json.WriteEndObject();
    }

    private static long Whole(ProtobufMessage message, int number) => (long)(message.Value(number)?.Bits ?? 0);

    private static IReadOnlyList<ProtobufValue> Field(ProtobufMessage message, int number) => message.Values(message.Type.Find(number)!);
}
