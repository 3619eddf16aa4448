using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace K8sMediaFlow.Protobuf;

/// <summary>
/// A message as JSON, by the mapping of proto3: 64-bit numbers as strings, bytes in base64, names in camel case, the well-known types in
/// their own forms. Fields of the message that the schema does not know are left away.
/// </summary>
public static class JsonFormat
{
    public static string ToJson(ProtobufMessage message, ProtobufSchema schema, RenderOptions? options = null)
    {
        var output = new ArrayBufferWriter<byte>();
        Write(message, schema, output, options ?? new RenderOptions());
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <param name="message">What to write.</param>
    /// <param name="schema">Where the types that an Any may hold are looked up.</param>
    /// <param name="output">Takes UTF-8.</param>
    /// <param name="options">How, and how much.</param>
    /// <exception cref="ProtobufException">A well-known type holds what it must not, or the JSON exceeds its limit.</exception>
    public static void Write(ProtobufMessage message, ProtobufSchema schema, IBufferWriter<byte> output, RenderOptions options)
    {
        // For terminals and files, never inside HTML.
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions
        {
            Indented = options.IsPretty,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            MaxDepth = 4 * ReadLimits.Default.DepthMax,
        });
        new JsonEmitter(json, schema, options).Message(message);
    }
}
