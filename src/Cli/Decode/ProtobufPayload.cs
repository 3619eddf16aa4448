using K8sMediaFlow.Protobuf;

namespace K8sMediaFlow.Cli.Decode;

/// <summary>A Protobuf message by a FileDescriptorSet.</summary>
internal sealed class ProtobufPayload(byte[] descriptorSet) : PayloadSchema
{
    private readonly ProtobufSchema _schema = ProtobufSchema.Load(descriptorSet);

    protected override void WriteAll(ReadOnlyMemory<byte> bytes, string type, PayloadForm form, TextWriter output)
    {
        var options = (form.IsGlance ? RenderOptions.Glance : new RenderOptions()) with { IsPretty = form.IsPretty };
        var message = ProtobufMessage.Parse(bytes, _schema.Message(type));
        if (form.IsJson)
            output.WriteLine(JsonFormat.ToJson(message, _schema, options));
        else
            output.Write(TextFormat.ToText(message, options));
    }
}
