using System.Globalization;
using K8sMediaFlow.Cli.Decode;
using K8sMediaFlow.Cli.Run.Processes;
using K8sMediaFlow.Messages;

namespace K8sMediaFlow.Cli.Inspect;

/// <summary>Shows the payload of frames that carry encoded messages, by a schema that the user gives.</summary>
/// <param name="Schema">The schema.</param>
/// <param name="Type">The message's type; null: as the frame names it.</param>
internal sealed record PayloadText(PayloadSchema Schema, string? Type)
{
    /// <summary>The first payload as text or, in one line, as JSON; null if it is no encoded message.</summary>
    /// <exception cref="RunException">It is one, but not by this schema.</exception>
    public string? Render(in FrameView view, bool isJson)
    {
        var encoded = view.Info.Encoded;
        if (view.Info.Kind != MediaKind.Encoded
            || encoded.Encoding is not (PayloadEncoding.CapnProto or PayloadEncoding.Protobuf or PayloadEncoding.Opaque))
            return null;
        using var text = new StringWriter(CultureInfo.InvariantCulture);

        // A copy, since a memory cannot be made of a span; what a tap shows is a copy already.
        Schema.Write(view.Payload0.ToArray(), Type ?? Named(in encoded), new PayloadForm(isJson, IsPretty: !isJson, IsGlance: true), text);
        return text.ToString().TrimEnd('\n');
    }

    private static string Named(in EncodedInfo encoded)
    {
        if (encoded.Encoding == PayloadEncoding.CapnProto && encoded.SchemaId != 0)
            return string.Create(CultureInfo.InvariantCulture, $"0x{encoded.SchemaId:x}");
        if (string.IsNullOrEmpty(encoded.SchemaName))
            throw new RunException("the frame does not name the type of its payload: give it with --type");
        return encoded.SchemaName[(encoded.SchemaName.LastIndexOf(':') + 1)..];
    }
}
