using K8sMediaFlow.CapnProto;
using K8sMediaFlow.Cli.Run.Processes;
using K8sMediaFlow.Protobuf;

namespace K8sMediaFlow.Cli.Decode;

/// <summary>A schema that the user gives, and messages shown by it.</summary>
internal abstract class PayloadSchema
{
    /// <param name="path">A source (.capnp, .proto) or what a compiler made of it: a CodeGeneratorRequest or a FileDescriptorSet.</param>
    /// <param name="isProtobuf">Of what is compiled already, which of the two it is.</param>
    /// <param name="imports">Folders where the compiler looks for imported files.</param>
    /// <exception cref="RunException">It cannot be read.</exception>
    public static PayloadSchema Load(string path, bool isProtobuf, IReadOnlyList<string> imports)
    {
        var bytes = SchemaFile.Read(path, imports);
        try
        {
            return isProtobuf || Path.GetExtension(path) == ".proto" ? new ProtobufPayload(bytes) : new CapnProtoPayload(bytes);
        }
        catch (Exception error) when (error is CapnProtoException or ProtobufException)
        {
            throw new RunException($"{path} is no schema: {error.Message}", error);
        }
    }

    /// <summary>Writes the messages that the bytes hold, each with a line end.</summary>
    /// <param name="bytes">Of Cap'n Proto any number of framed messages; of Protobuf one.</param>
    /// <param name="type">Name (or, of Cap'n Proto, id) of their type.</param>
    /// <param name="form">How.</param>
    /// <param name="output">Where to.</param>
    /// <exception cref="RunException">The schema has no such type, or the bytes are no such message.</exception>
    public void Write(ReadOnlyMemory<byte> bytes, string type, PayloadForm form, TextWriter output)
    {
        try
        {
            WriteAll(bytes, type, form, output);
        }
        catch (Exception error) when (error is CapnProtoException or ProtobufException or KeyNotFoundException)
        {
            throw new RunException($"this is no {type}: {error.Message}", error);
        }
    }

    protected abstract void WriteAll(ReadOnlyMemory<byte> bytes, string type, PayloadForm form, TextWriter output);
}
