using System.Buffers;
using System.Text;

namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>
/// A message as text or JSON, byte for byte as the reference's <c>capnp decode</c> and <c>capnp convert binary:json</c> print it.
/// </summary>
public static class Rendering
{
    /// <summary>Writes a struct as text.</summary>
    /// <param name="message">The message that <paramref name="reader"/> belongs to: its budget bounds the work.</param>
    /// <param name="reader">The struct, with its schema.</param>
    /// <param name="output">Takes UTF-8; texts that are none pass through as they are.</param>
    /// <param name="options">How, and how much.</param>
    /// <exception cref="CapnProtoException">The message is not sound, or exceeds a limit; what was written until then stays.</exception>
    public static void WriteText(ref MessageReader message, DynamicReader reader, IBufferWriter<byte> output, RenderOptions options) =>
        new TextRenderer(new RenderSink(output, options), options, ref message).Render(reader);

    /// <summary>Writes a struct as JSON.</summary>
    /// <inheritdoc cref="WriteText(ref MessageReader, DynamicReader, IBufferWriter{byte}, RenderOptions)"/>
    public static void WriteJson(ref MessageReader message, DynamicReader reader, IBufferWriter<byte> output, RenderOptions options) =>
        new JsonRenderer(new RenderSink(output, options), options, ref message).Render(reader);

    /// <summary>The root of a message as text.</summary>
    /// <inheritdoc cref="WriteText(ref MessageReader, DynamicReader, IBufferWriter{byte}, RenderOptions)"/>
    public static string ToText(ref MessageReader message, StructSchema root, RenderOptions? options = null)
    {
        var output = new ArrayBufferWriter<byte>();
        WriteText(ref message, new DynamicReader(message.Root(), root), output, options ?? new RenderOptions());
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    /// <summary>The root of a message as JSON.</summary>
    /// <inheritdoc cref="WriteText(ref MessageReader, DynamicReader, IBufferWriter{byte}, RenderOptions)"/>
    public static string ToJson(ref MessageReader message, StructSchema root, RenderOptions? options = null)
    {
        var output = new ArrayBufferWriter<byte>();
        WriteJson(ref message, new DynamicReader(message.Root(), root), output, options ?? new RenderOptions());
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }
}
