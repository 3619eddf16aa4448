using System.Text;
using System.Text.Json;
using K8sMediaFlow.CapnProto.Dynamic;
using Kinds = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;

namespace K8sMediaFlow.Protobuf;

/// <summary>Values without parts out of JSON.</summary>
internal static class JsonScalars
{
    public static ProtobufValue Read(JsonPlace place, MessageField field) => field.Kind switch
    {
        Kinds.String => new ProtobufValue(Encoding.UTF8.GetBytes(place.Text("a string"))),
        Kinds.Bytes => new ProtobufValue(Bytes(place)),
        Kinds.Bool => new ProtobufValue(Bool(place)),
        Kinds.Enum => new ProtobufValue((ulong)Number(place, field.Enum)),
        Kinds.Float => new ProtobufValue(BitConverter.SingleToUInt32Bits((float)JsonNumber.Fraction(place, isSingle: true))),
        Kinds.Double => new ProtobufValue(BitConverter.DoubleToUInt64Bits(JsonNumber.Fraction(place, isSingle: false))),
        _ => new ProtobufValue(Whole(place, field.Kind)),
    };

    private static ulong Bool(JsonPlace place)
    {
        // A map's key is a string, whatever its type.
        var isText = place.Kind == JsonValueKind.String && place.Text("") is "true" or "false";
        place.Require(place.Kind is JsonValueKind.True or JsonValueKind.False || isText, "true or false");
        return place.Kind == JsonValueKind.True || (isText && place.Text("") == "true") ? 1UL : 0UL;
    }

    private static byte[] Bytes(JsonPlace place)
    {
        var text = place.Text("a string in base64").Replace('-', '+').Replace('_', '/');
        try
        {
            return Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
        }
        catch (FormatException)
        {
            place.Fail("the string is not base64");
            return [];
        }
    }

    private static long Number(JsonPlace place, EnumType type)
    {
        if (place.Kind == JsonValueKind.Null && type.FullName == "google.protobuf.NullValue")
            return 0;
        if (place.Kind == JsonValueKind.Number)
            return (long)Whole(place, Kinds.Int32);
        var name = place.Text($"a name of {type.FullName} or its number");
        if (!type.TryFind(name, out var number))
            place.Fail($"{type.FullName} has no '{name}'");
        return number;
    }

    private static ulong Whole(JsonPlace place, Kinds kind) =>
        JsonNumber.Whole(place, Scalars.IsWide(kind) ? 64 : 32, Scalars.IsSigned(kind));
}
