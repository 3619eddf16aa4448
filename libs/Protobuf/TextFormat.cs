using System.Buffers;
using System.Text;
using K8sMediaFlow.CapnProto.Dynamic;
using Kinds = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;

namespace K8sMediaFlow.Protobuf;

/// <summary>A message as text, as <c>protoc --decode</c> prints it: a line per value, unknown fields by their number.</summary>
public static class TextFormat
{
    /// <summary>Unknown bytes that may be a message are shown as one, so deep.</summary>
    private const int GuessDepthMax = 10;

    public static string ToText(ProtobufMessage message, RenderOptions? options = null)
    {
        var output = new ArrayBufferWriter<byte>();
        Write(message, output, options ?? new RenderOptions());
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <exception cref="ProtobufException">The text exceeds its limit; what was written until then stays.</exception>
    public static void Write(ProtobufMessage message, IBufferWriter<byte> output, RenderOptions options) =>
        Message(message, new TextOutput(output, options.OutputBytesMax), options);

    private static void Message(ProtobufMessage message, TextOutput output, RenderOptions options)
    {
        foreach (var (field, values) in message.Type.IsMapEntry ? Entry(message) : message.Fields)
        {
            var ordered = field.IsMap ? MapOrder.Sorted(field, values) : values;
            foreach (var value in ordered.Take(options.ElementsMax))
                Field(field, value, output, options);
            More(output, ordered.Count - options.ElementsMax, $"of {field.Name}");
        }

        Unknown(message.Unknown, output, options, GuessDepthMax);
    }

    /// <summary>Key and value of a map's entry are always there, if only as defaults.</summary>
    private static IEnumerable<(MessageField Field, IReadOnlyList<ProtobufValue> Values)> Entry(ProtobufMessage entry) =>
        entry.Type.Fields.Select(field => (field, (IReadOnlyList<ProtobufValue>)[MapOrder.Part(entry, field)]));

    private static void Field(MessageField field, ProtobufValue value, TextOutput output, RenderOptions options)
    {
        output.BeginLine();
        output.Write(field.Kind == Kinds.Group && field.Name[0] != '[' ? field.Message.Name : field.Name);
        if (value.Message is { } message)
        {
            Open(output);
            Message(message, output, options);
            Close(output);
            return;
        }

        output.Write(": "u8);
        if (field.IsBytes)
            Bytes(value.Bytes.Span, output, options);
        else
            Scalar(field, value.Bits, output);
        output.EndLine();
    }

    private static void Scalar(MessageField field, ulong bits, TextOutput output)
    {
        if (field.Kind is Kinds.Float or Kinds.Double)
            output.Write(Fraction(Scalars.Fraction(field.Kind, bits), field.Kind == Kinds.Float));
        else if (field.Kind == Kinds.Bool)
            output.Write(bits != 0 ? "true"u8 : "false"u8);
        else if (field.Kind == Kinds.Enum && field.Enum.Name((int)bits) is { } name)
            output.Write(name);
        else if (Scalars.IsSigned(field.Kind))
            output.Write((long)bits);
        else
            output.Write(bits);
    }

    private static string Fraction(double value, bool isSingle) => value switch
    {
        double.NaN => "nan",
        double.PositiveInfinity => "inf",
        double.NegativeInfinity => "-inf",
        _ => isSingle ? PrintfNumber.Single((float)value, 9) : PrintfNumber.Double(value),
    };

    private static void Unknown(IReadOnlyList<UnknownField> fields, TextOutput output, RenderOptions options, int depth)
    {
        foreach (var field in fields.Take(options.ElementsMax))
        {
            output.BeginLine();
            output.Write(field.Number);
            if (Parts(field, depth) is { } parts)
            {
                Open(output);
                Unknown(parts, output, options, depth - 1);
                Close(output);
                continue;
            }

            output.Write(": "u8);
            UnknownScalar(field, output, options);
            output.EndLine();
        }

        More(output, fields.Count - options.ElementsMax, "unknown fields");
    }

    /// <summary>Of a group, and of bytes that can be read as a message.</summary>
    private static IReadOnlyList<UnknownField>? Parts(UnknownField field, int depth)
    {
        if (field.Type == WireType.StartGroup)
            return field.Group;
        return field.Type != WireType.LengthDelimited || field.Bytes.IsEmpty || depth <= 0
            ? null
            : MessageParser.TryParseUnknown(field.Bytes, ReadLimits.Default with { DepthMax = depth });
    }

    private static void UnknownScalar(UnknownField field, TextOutput output, RenderOptions options)
    {
        if (field.Type == WireType.LengthDelimited)
            Bytes(field.Bytes.Span, output, options);
        else if (field.Type == WireType.Varint)
            output.Write(field.Bits);
        else
            output.Write("0x" + field.Bits.ToString(field.Type == WireType.Fixed32 ? "x8" : "x16",
                System.Globalization.CultureInfo.InvariantCulture));
    }

    private static void Bytes(ReadOnlySpan<byte> bytes, TextOutput output, RenderOptions options)
    {
        output.Quote(bytes[..Math.Min(bytes.Length, options.BytesMax)]);
        if (bytes.Length > options.BytesMax)
            output.Write($" # … {bytes.Length - options.BytesMax} bytes more");
    }

    private static void More(TextOutput output, int count, string what)
    {
        if (count <= 0)
            return;
        output.BeginLine();
        output.Write($"# … {count} more {what}");
        output.EndLine();
    }

    private static void Open(TextOutput output)
    {
        output.Write(" {"u8);
        output.EndLine();
        output.Indent++;
    }

    private static void Close(TextOutput output)
    {
        output.Indent--;
        output.BeginLine();
        output.Write("}"u8);
        output.EndLine();
    }
}
