using System.Globalization;
using System.Text;
using System.Text.Json;
using Kinds = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;

namespace K8sMediaFlow.Protobuf;

/// <summary>Writes one message, its parts, and theirs.</summary>
internal sealed class JsonEmitter(Utf8JsonWriter json, ProtobufSchema schema, RenderOptions options)
{
    private int _depth;

    public Utf8JsonWriter Json => json;

    public ProtobufSchema Schema => schema;

    public void Message(ProtobufMessage message)
    {
        // An Any within an Any is read anew each time, so the reader's own limit does not see it.
        if (++_depth > ReadLimits.Default.DepthMax)
            throw new ProtobufException($"{message.Type} nests too deep");
        if (!WellKnownJson.TryWrite(this, message))
        {
            json.WriteStartObject();
            Members(message);
            json.WriteEndObject();
        }

        _depth--;
    }

    public void Members(ProtobufMessage message)
    {
        foreach (var (field, values) in message.Fields)
        {
            json.WritePropertyName(field.JsonName);
            if (field.IsMap)
                Map(field, MapOrder.Distinct(field, values));
            else if (field.IsRepeated)
                List(field, values);
            else
                Value(field, values[0]);
            if (json.BytesCommitted + json.BytesPending > options.OutputBytesMax)
                throw new ProtobufException($"rendered, the message has more than {options.OutputBytesMax} bytes");
        }
    }

    public void List(MessageField field, IReadOnlyList<ProtobufValue> values)
    {
        json.WriteStartArray();
        foreach (var value in values.Take(options.ElementsMax))
            Value(field, value);
        if (values.Count > options.ElementsMax)
            json.WriteStringValue($"… {values.Count - options.ElementsMax} more");
        json.WriteEndArray();
    }

    public void Map(MessageField field, IReadOnlyList<ProtobufValue> entries)
    {
        var (key, value) = (field.Message.Find(1)!, field.Message.Find(2)!);
        json.WriteStartObject();
        foreach (var entry in entries.Take(options.ElementsMax))
        {
            json.WritePropertyName(Key(key, MapOrder.Part(entry.Message!, key)));
            Value(value, MapOrder.Part(entry.Message!, value));
        }

        if (entries.Count > options.ElementsMax)
            json.WriteString("…", $"{entries.Count - options.ElementsMax} more");
        json.WriteEndObject();
    }

    public void Value(MessageField field, ProtobufValue value)
    {
        if (value.Message is { } message)
            Message(message);
        else if (field.Kind == Kinds.Bytes)
            Bytes(value.Bytes.Span);
        else if (field.Kind == Kinds.String)
            json.WriteStringValue(Cut(value.Bytes.Span));
        else if (field.Kind == Kinds.Enum)
            Enum(field.Enum, (int)value.Bits);
        else
            Scalar(field.Kind, value.Bits);
    }

    public void Number(double value)
    {
        // Without a fraction many readers take it for a whole number, which has no minus zero.
        if (value == 0 && double.IsNegative(value))
            json.WriteRawValue("-0.0"u8, skipInputValidation: true);
        else if (double.IsFinite(value))
            json.WriteNumberValue(value);
        else
            json.WriteStringValue(double.IsNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity");
    }

    private void Scalar(Kinds kind, ulong bits)
    {
        if (kind == Kinds.Bool)
            json.WriteBooleanValue(bits != 0);
        else if (kind == Kinds.Float && BitConverter.UInt32BitsToSingle((uint)bits) is var single && float.IsFinite(single) && single != 0)
            json.WriteNumberValue(single);
        else if (kind is Kinds.Float or Kinds.Double)
            Number(Scalars.Fraction(kind, bits));
        else if (Scalars.IsWide(kind))
            json.WriteStringValue(Whole(kind, bits));
        else if (Scalars.IsSigned(kind))
            json.WriteNumberValue((long)bits);
        else
            json.WriteNumberValue(bits);
    }

    private void Enum(EnumType type, int number)
    {
        if (type.FullName == "google.protobuf.NullValue")
            json.WriteNullValue();
        else if (type.Name(number) is { } name)
            json.WriteStringValue(name);
        else
            json.WriteNumberValue(number);
    }

    private void Bytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > options.BytesMax)
            json.WriteStringValue($"{Convert.ToBase64String(bytes[..options.BytesMax])}… {bytes.Length - options.BytesMax} bytes more");
        else
            json.WriteBase64StringValue(bytes);
    }

    private string Cut(ReadOnlySpan<byte> utf8) => utf8.Length <= options.BytesMax
        ? Encoding.UTF8.GetString(utf8)
        : $"{Encoding.UTF8.GetString(utf8[..options.BytesMax])}… {utf8.Length - options.BytesMax} bytes more";

    private static string Key(MessageField key, ProtobufValue value) => key.Kind switch
    {
        Kinds.String => Encoding.UTF8.GetString(value.Bytes.Span),
        Kinds.Bool => value.Bits != 0 ? "true" : "false",
        _ => Whole(key.Kind, value.Bits),
    };

    private static string Whole(Kinds kind, ulong bits) =>
        Scalars.IsSigned(kind) ? ((long)bits).ToString(CultureInfo.InvariantCulture) : bits.ToString(CultureInfo.InvariantCulture);
}
