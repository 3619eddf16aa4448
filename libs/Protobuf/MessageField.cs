using Google.Protobuf.Reflection;
using Kinds = Google.Protobuf.Reflection.FieldDescriptorProto.Types.Type;

namespace K8sMediaFlow.Protobuf;

/// <summary>A field of a message type, or an extension of one.</summary>
public sealed class MessageField
{
    private readonly FieldDescriptorProto _proto;
    private readonly ProtobufSchema _schema;
    private readonly bool _isProto3;

    internal MessageField(ProtobufSchema schema, FieldDescriptorProto proto, bool isProto3, string? extensionName)
    {
        (_schema, _proto, _isProto3) = (schema, proto, isProto3);
        Name = extensionName is null ? proto.Name : $"[{extensionName}]";
        JsonName = extensionName is not null ? Name : proto.HasJsonName ? proto.JsonName : CamelCase.Of(proto.Name);
        if (proto.Number is < 1 or > (1 << 29) - 1)
            throw new ProtobufException($"the schema gives field {proto.Name} the number {proto.Number}");
    }

    /// <summary>As the schema spells it; of an extension the full name in brackets.</summary>
    public string Name { get; }

    public string JsonName { get; }

    public int Number => _proto.Number;

    public Kinds Kind => _proto.Type;

    public bool IsRepeated => _proto.Label == FieldDescriptorProto.Types.Label.Repeated;

    public bool IsMap => IsRepeated && Kind == Kinds.Message && Message.IsMapEntry;

    /// <summary>Whether a value that equals the default is told from none.</summary>
    public bool HasPresence => !IsRepeated && (!_isProto3 || IsMessage || _proto.HasOneofIndex);

    /// <summary>Which oneof of its message it belongs to; null if to none, or to one that only represents `optional`.</summary>
    public int? Oneof => _proto.HasOneofIndex && !_proto.Proto3Optional ? _proto.OneofIndex : null;

    public bool IsMessage => Kind is Kinds.Message or Kinds.Group;

    /// <summary>Of a message, group or map.</summary>
    public MessageType Message => _schema.Message(_proto.TypeName);

    public EnumType Enum => _schema.Enum(_proto.TypeName);

    internal bool IsText => Kind is Kinds.String;

    internal bool IsBytes => Kind is Kinds.Bytes or Kinds.String;

    /// <summary>Strings of proto3 must be UTF-8.</summary>
    internal bool IsTextChecked => _isProto3 && IsText;

    internal bool IsWrittenPacked =>
        IsRepeated && !IsBytes && !IsMessage && (_proto.Options is { HasPacked: true } ? _proto.Options.Packed : _isProto3);

    internal WireType WireType => Kind switch
    {
        Kinds.Double or Kinds.Fixed64 or Kinds.Sfixed64 => WireType.Fixed64,
        Kinds.Float or Kinds.Fixed32 or Kinds.Sfixed32 => WireType.Fixed32,
        Kinds.String or Kinds.Bytes or Kinds.Message => WireType.LengthDelimited,
        Kinds.Group => WireType.StartGroup,
        _ => WireType.Varint,
    };
}
