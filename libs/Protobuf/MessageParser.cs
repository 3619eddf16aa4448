using System.Text.Unicode;

namespace K8sMediaFlow.Protobuf;

/// <summary>Reads one message; its limits are for all of it together.</summary>
internal sealed class MessageParser(ReadLimits limits)
{
    private int _values;

    public ProtobufMessage Parse(ReadOnlyMemory<byte> bytes, MessageType type)
    {
        if (bytes.Length > limits.SizeBytesMax)
            throw new ProtobufException($"the message has {bytes.Length} bytes, more than {limits.SizeBytesMax}");
        var message = new ProtobufMessage(type);
        var reader = new WireReader(bytes, 0);
        Merge(message, ref reader, limits.DepthMax, group: 0);
        return message;
    }

    /// <param name="message">Takes the fields.</param>
    /// <param name="reader">Stands at a tag.</param>
    /// <param name="depth">How many levels may still follow.</param>
    /// <param name="group">The group's number, whose end is awaited; 0 for a message, which ends with its bytes.</param>
    private void Merge(ProtobufMessage message, ref WireReader reader, int depth, int group)
    {
        while (!reader.IsAtEnd)
        {
            var (number, type) = reader.ReadTag();
            if (type == WireType.EndGroup)
            {
                RequireEnd(ref reader, number, group);
                return;
            }

            if (message.Type.Find(number) is { } field && (type == field.WireType || IsPacked(field, type)))
                Read(message, field, type, ref reader, depth);
            else
                message.Add(Unknown(number, type, ref reader, depth));
        }

        if (group != 0)
            throw reader.Wrong($"group {group} has no end");
    }

    private static bool IsPacked(MessageField field, WireType type) =>
        type == WireType.LengthDelimited && field.IsRepeated && field.WireType is WireType.Varint or WireType.Fixed32 or WireType.Fixed64;

    private void Read(ProtobufMessage message, MessageField field, WireType type, ref WireReader reader, int depth)
    {
        Charge(ref reader);
        if (field.IsMessage)
            ReadMessage(message, field, ref reader, depth);
        else if (type != field.WireType)
            ReadPacked(message, field, ref reader);
        else if (field.IsBytes)
            message.Add(field, new ProtobufValue(ReadBytes(field, ref reader)));
        else
            AddScalar(message, field, reader.ReadScalar(type));
    }

    private void ReadMessage(ProtobufMessage message, MessageField field, ref WireReader reader, int depth)
    {
        if (depth <= 1)
            throw reader.Wrong("the message nests too deep");
        var part = message.Open(field);
        if (field.WireType == WireType.StartGroup)
        {
            Merge(part, ref reader, depth - 1, field.Number);
            return;
        }

        var (bytes, offset) = reader.ReadBytes();
        var inner = new WireReader(bytes, offset);
        Merge(part, ref inner, depth - 1, group: 0);
    }

    private void ReadPacked(ProtobufMessage message, MessageField field, ref WireReader reader)
    {
        var (bytes, offset) = reader.ReadBytes();
        var inner = new WireReader(bytes, offset);
        while (!inner.IsAtEnd)
        {
            Charge(ref inner);
            AddScalar(message, field, inner.ReadScalar(field.WireType));
        }
    }

    private static ReadOnlyMemory<byte> ReadBytes(MessageField field, ref WireReader reader)
    {
        var (bytes, _) = reader.ReadBytes();
        if (field.IsTextChecked && !Utf8.IsValid(bytes.Span))
            throw reader.Wrong($"field {field.Name} is no UTF-8");
        return bytes;
    }

    private static void AddScalar(ProtobufMessage message, MessageField field, ulong wire)
    {
        var bits = Scalars.FromWire(field.Kind, wire);
        if (field.Kind == Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type.Enum && field.Enum.IsClosed
            && field.Enum.Name((int)bits) is null)
            message.Add(new UnknownField(field.Number, WireType.Varint, wire, default, []));
        else
            message.Add(field, new ProtobufValue(bits));
    }

    private UnknownField Unknown(int number, WireType type, ref WireReader reader, int depth)
    {
        Charge(ref reader);
        return type switch
        {
            WireType.LengthDelimited => new UnknownField(number, type, 0, reader.ReadBytes().Bytes, []),
            WireType.StartGroup => new UnknownField(number, type, 0, default, UnknownGroup(number, ref reader, depth - 1)),
            _ => new UnknownField(number, type, reader.ReadScalar(type), default, []),
        };
    }

    private List<UnknownField> UnknownGroup(int group, ref WireReader reader, int depth)
    {
        if (depth <= 0)
            throw reader.Wrong("the message nests too deep");
        var fields = new List<UnknownField>();
        while (true)
        {
            if (reader.IsAtEnd)
                throw reader.Wrong($"group {group} has no end");
            var (number, type) = reader.ReadTag();
            if (type == WireType.EndGroup)
            {
                RequireEnd(ref reader, number, group);
                return fields;
            }

            fields.Add(Unknown(number, type, ref reader, depth));
        }
    }

    /// <summary>All fields of bytes that may be a message; null if they are none. For fields of which nothing is known.</summary>
    public static List<UnknownField>? TryParseUnknown(ReadOnlyMemory<byte> bytes, ReadLimits limits)
    {
        try
        {
            var parser = new MessageParser(limits);
            var reader = new WireReader(bytes, 0, isCut: true);
            var fields = new List<UnknownField>();
            while (!reader.IsAtEnd)
            {
                var (number, type) = reader.ReadTag();
                if (type == WireType.EndGroup)
                    return null;
                fields.Add(parser.Unknown(number, type, ref reader, limits.DepthMax));
            }

            return fields;
        }
        catch (ProtobufException)
        {
            return null;
        }
    }

    private static void RequireEnd(ref WireReader reader, int number, int group)
    {
        if (number != group || group == 0)
            throw reader.Wrong($"the end of group {number} stands where that of {(group == 0 ? "none" : group)} should");
    }

    private void Charge(ref WireReader reader)
    {
        if (++_values > limits.ValuesMax)
            throw reader.Wrong($"the message has more than {limits.ValuesMax} values");
    }
}
