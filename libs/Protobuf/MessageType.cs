using Google.Protobuf.Reflection;

namespace K8sMediaFlow.Protobuf;

/// <summary>A message type of a descriptor set, with the extensions of it that the set has.</summary>
public sealed class MessageType
{
    private readonly SortedDictionary<int, MessageField> _fields = [];
    private readonly Dictionary<string, MessageField> _byName = [];

    internal MessageType(ProtobufSchema schema, string fullName, DescriptorProto proto, bool isProto3)
    {
        FullName = fullName;
        IsMapEntry = proto.Options is { MapEntry: true };
        foreach (var field in proto.Field)
            Add(new MessageField(schema, field, isProto3, extensionName: null));
        if (IsMapEntry && (Find(1) is null || Find(2) is null))
            throw new ProtobufException($"the schema's map entry {fullName} has no key or no value");
    }

    /// <summary>With the names of package and enclosing types.</summary>
    public string FullName { get; }

    public string Name => FullName[(FullName.LastIndexOf('.') + 1)..];

    public bool IsMapEntry { get; }

    /// <summary>By number.</summary>
    public IReadOnlyCollection<MessageField> Fields => _fields.Values;

    public MessageField? Find(int number) => _fields.GetValueOrDefault(number);

    /// <summary>By the name in the schema or the one in JSON.</summary>
    public MessageField? Find(string name) => _byName.GetValueOrDefault(name);

    internal void Add(MessageField field)
    {
        if (!_fields.TryAdd(field.Number, field))
            throw new ProtobufException($"the schema's {FullName} has two fields of number {field.Number}");
        _byName.TryAdd(field.JsonName, field);
        _byName.TryAdd(field.Name, field);
    }

    public override string ToString() => FullName;
}
