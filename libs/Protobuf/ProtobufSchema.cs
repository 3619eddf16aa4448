using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace K8sMediaFlow.Protobuf;

/// <summary>
/// A schema loaded at run time: a FileDescriptorSet, which <c>protoc --include_imports --descriptor_set_out=</c> writes. Immutable; for
/// any number of threads.
/// </summary>
public sealed class ProtobufSchema
{
    private readonly Dictionary<string, MessageType> _messages = [];
    private readonly Dictionary<string, EnumType> _enums = [];

    private ProtobufSchema(FileDescriptorSet set)
    {
        foreach (var file in set.File)
            Add(file);
        foreach (var file in set.File)
            AddExtensions(file.Package, file.Extension, file.MessageType, IsProto3(file));
        foreach (var field in _messages.Values.SelectMany(message => message.Fields))
            Resolve(field);
    }

    public IEnumerable<MessageType> Messages => _messages.Values.Where(message => !message.IsMapEntry);

    /// <param name="descriptorSet">A serialized FileDescriptorSet, imports included.</param>
    /// <exception cref="ProtobufException">It is none, or it contradicts itself.</exception>
    public static ProtobufSchema Load(ReadOnlySpan<byte> descriptorSet)
    {
        try
        {
            return new ProtobufSchema(FileDescriptorSet.Parser.ParseFrom(descriptorSet));
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new ProtobufException("the schema is no FileDescriptorSet: " + error.Message, error);
        }
    }

    /// <summary>A message type by its full name.</summary>
    /// <exception cref="ProtobufException">There is none.</exception>
    public MessageType Message(string fullName) => Find(fullName) ?? throw new ProtobufException(
        $"the schema has no message '{fullName.TrimStart('.')}' (it has: {string.Join(", ", Messages.Select(message => message.FullName).Order(StringComparer.Ordinal).Take(20))})");

    /// <summary>Null if there is none of that full name.</summary>
    public MessageType? Find(string fullName) => _messages.GetValueOrDefault(fullName.TrimStart('.'));

    internal EnumType Enum(string fullName) => _enums.GetValueOrDefault(fullName.TrimStart('.')) ??
        throw new ProtobufException($"the schema has no enum '{fullName.TrimStart('.')}'");

    private void Add(FileDescriptorProto file)
    {
        if (file.Syntax is not ("" or "proto2" or "proto3"))
            throw new ProtobufException($"{file.Name}: syntax '{file.Syntax}' is not known (proto2 and proto3 are)");
        foreach (var one in file.EnumType)
            AddEnum(file.Package, one, IsProto3(file));
        foreach (var message in file.MessageType)
            AddMessage(file.Package, message, IsProto3(file));
    }

    private void AddMessage(string scope, DescriptorProto proto, bool isProto3)
    {
        var fullName = Join(scope, proto.Name);
        if (!_messages.TryAdd(fullName, new MessageType(this, fullName, proto, isProto3)))
            throw new ProtobufException($"the schema has two messages '{fullName}'");
        foreach (var one in proto.EnumType)
            AddEnum(fullName, one, isProto3);
        foreach (var nested in proto.NestedType)
            AddMessage(fullName, nested, isProto3);
    }

    private void AddEnum(string scope, EnumDescriptorProto proto, bool isProto3)
    {
        var fullName = Join(scope, proto.Name);
        if (!_enums.TryAdd(fullName, new EnumType(fullName, proto, isClosed: !isProto3)))
            throw new ProtobufException($"the schema has two enums '{fullName}'");
    }

    private void AddExtensions(string scope, IEnumerable<FieldDescriptorProto> extensions, IEnumerable<DescriptorProto> messages,
        bool isProto3)
    {
        foreach (var extension in extensions)
            Message(extension.Extendee).Add(new MessageField(this, extension, isProto3, Join(scope, extension.Name)));
        foreach (var message in messages)
            AddExtensions(Join(scope, message.Name), message.Extension, message.NestedType, isProto3);
    }

    /// <summary>A type that is not there is said now, not in the middle of a message.</summary>
    private static void Resolve(MessageField field)
    {
        if (field.IsMessage)
            _ = field.Message;
        else if (field.Kind == FieldDescriptorProto.Types.Type.Enum)
            _ = field.Enum;
        else if (!System.Enum.IsDefined(field.Kind))
            throw new ProtobufException($"the schema gives field {field.Name} a type that is not known");
    }

    private static bool IsProto3(FileDescriptorProto file) => file.Syntax == "proto3";

    private static string Join(string scope, string name) => scope.Length == 0 ? name : scope + "." + name;
}
