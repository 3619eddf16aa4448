using K8sMediaFlow.CapnProto;
using K8sMediaFlow.CapnProto.Dynamic;

namespace K8sMediaFlow.Cli.Decode;

/// <summary>Cap'n Proto messages by the nodes of a CodeGeneratorRequest.</summary>
internal sealed class CapnProtoPayload(byte[] request) : PayloadSchema
{
    private readonly DynamicSchema _schema = DynamicSchema.Load(request);

    protected override void WriteAll(ReadOnlyMemory<byte> bytes, string type, PayloadForm form, TextWriter output)
    {
        var root = _schema.Struct(type);
        var options = (form.IsGlance ? RenderOptions.Glance : new RenderOptions()) with { IsPretty = form.IsPretty };

        // Readers keep addresses.
        using var pinned = bytes.Pin();
        for (var rest = bytes.Span; !rest.IsEmpty;)
        {
            if (!StreamFraming.TryRead(rest, ReadLimits.ForSize(rest.Length), out var message, out var lengthBytes))
                throw new CapnProtoException(CapnProtoError.BadFraming);
            Write(ref message, root, form.IsJson, options, output);
            rest = rest[lengthBytes..];
        }
    }

    private static void Write(ref MessageReader message, StructSchema root, bool isJson, RenderOptions options, TextWriter output)
    {
        using (var utf8 = new TextWriterOutput(output))
        {
            var reader = new DynamicReader(message.Root(), root);
            if (isJson)
                Rendering.WriteJson(ref message, reader, utf8, options);
            else
                Rendering.WriteText(ref message, reader, utf8, options);
        }

        output.WriteLine();
    }
}
