namespace K8sMediaFlow.Protobuf;

/// <summary>A message that was read by a schema: its fields that are set, and what the schema does not know.</summary>
public sealed class ProtobufMessage
{
    private readonly SortedDictionary<int, (MessageField Field, List<ProtobufValue> Values)> _fields = [];
    private readonly List<UnknownField> _unknown = [];

    public ProtobufMessage(MessageType type) => Type = type;

    public MessageType Type { get; }

    /// <summary>The fields that are set, by number; a singular one has one value.</summary>
    public IEnumerable<(MessageField Field, IReadOnlyList<ProtobufValue> Values)> Fields =>
        _fields.Values.Where(entry => IsSet(entry.Field, entry.Values))
            .Select(entry => (entry.Field, (IReadOnlyList<ProtobufValue>)entry.Values));

    /// <summary>In the order of the message.</summary>
    public IReadOnlyList<UnknownField> Unknown => _unknown;

    /// <summary>Reads a message.</summary>
    /// <exception cref="ProtobufException">The bytes are no message, or exceed a limit.</exception>
    public static ProtobufMessage Parse(ReadOnlyMemory<byte> bytes, MessageType type, ReadLimits? limits = null) =>
        new MessageParser(limits ?? ReadLimits.Default).Parse(bytes, type);

    /// <summary>The values of a field; none if it is not set.</summary>
    public IReadOnlyList<ProtobufValue> Values(MessageField field) =>
        _fields.TryGetValue(field.Number, out var entry) && IsSet(entry.Field, entry.Values) ? entry.Values : [];

    /// <summary>The singular value of a field, or null.</summary>
    public ProtobufValue? Value(int number) => Type.Find(number) is { } field && Values(field) is [.., var value] ? value : null;

    /// <summary>Adds to a repeated field, replaces a singular one and what else its oneof held.</summary>
    public void Add(MessageField field, ProtobufValue value)
    {
        if (field.Oneof is { } oneof)
            ClearOthers(oneof, field);
        if (!_fields.TryGetValue(field.Number, out var entry))
            _fields[field.Number] = entry = (field, []);
        if (!field.IsRepeated)
            entry.Values.Clear();
        entry.Values.Add(value);
    }

    internal void Add(UnknownField field) => _unknown.Add(field);

    /// <summary>A singular message that comes again is merged into the first one.</summary>
    internal ProtobufMessage Open(MessageField field)
    {
        if (!field.IsRepeated && _fields.TryGetValue(field.Number, out var entry) && entry.Values is [var present])
            return present.Message!;
        var message = new ProtobufMessage(field.Message);
        Add(field, new ProtobufValue(message));
        return message;
    }

    private void ClearOthers(int oneof, MessageField field)
    {
        foreach (var number in _fields.Keys.Where(number => number != field.Number).ToArray())
        {
            if (_fields[number].Field.Oneof == oneof && _fields[number].Field.Name[0] != '[')
                _fields.Remove(number);
        }
    }

    /// <summary>Without presence, a value that equals the default is none.</summary>
    private static bool IsSet(MessageField field, List<ProtobufValue> values) =>
        values.Count > 0 && (field.IsRepeated || field.HasPresence || values[0].Bits != 0 || !values[0].Bytes.IsEmpty);
}
