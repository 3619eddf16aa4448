using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>Messages out of JSON, by a schema that was loaded at run time. For tests and tools: nothing here is made for speed.</summary>
public static class JsonMessage
{
    private const int DepthMax = 64;

    /// <summary>
    /// Builds a framed message of one segment. Members that are not there keep their default; members that the schema does not have,
    /// and two members of one union, are mistakes.
    /// </summary>
    /// <param name="utf8Json">In the form that <see cref="Rendering.WriteJson"/> writes; 64-bit numbers may be numbers, too.</param>
    /// <param name="root">The schema of the root.</param>
    /// <param name="sizeBytesMax">A larger message is refused: <see cref="CapnProtoError.OutOfSpace"/>.</param>
    /// <exception cref="JsonFaultException">It is no JSON, or no such message; the exception says where and why.</exception>
    public static byte[] Build(ReadOnlyMemory<byte> utf8Json, StructSchema root, int sizeBytesMax = 64 << 20)
    {
        using var document = Parse(utf8Json);
        var place = new JsonPlace(document.RootElement, null, "");
        for (var capacityBytes = Math.Min(4096L, sizeBytesMax); ; capacityBytes = Math.Min(capacityBytes * 8, sizeBytesMax))
        {
            if (TryBuild(place, root, (int)capacityBytes, out var framed))
                return framed;
            if (capacityBytes == sizeBytesMax)
                throw new CapnProtoException(CapnProtoError.OutOfSpace, $"the message would have more than {sizeBytesMax} bytes");
        }
    }

    /// <inheritdoc cref="Build(ReadOnlyMemory{byte}, StructSchema, int)"/>
    public static byte[] Build(string json, StructSchema root) => Build(Encoding.UTF8.GetBytes(json), root);

    private static JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        // Of strings the library finds it out only when they are asked for, each in its own way.
        if (!Utf8.IsValid(json.Span))
            throw new JsonFaultException("$", "the text is not UTF-8");
        try
        {
            return JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = DepthMax });
        }
        catch (JsonException error)
        {
            throw new JsonFaultException($"line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}", error.Message);
        }
    }

    private static bool TryBuild(JsonPlace place, StructSchema root, int capacityBytes, out byte[] framed)
    {
        var memory = GC.AllocateUninitializedArray<byte>(Math.Max(16, capacityBytes), pinned: true);
        try
        {
            var message = new MessageBuilder(memory);
            JsonBuilder.Struct(place, new DynamicBuilder(message.InitRoot(root.Size), root), root.Shape);
            framed = new byte[StreamFraming.SizeBytes(in message)];
            Invariant.That(StreamFraming.Write(in message, framed) == framed.Length);
            return true;
        }
        catch (CapnProtoException error) when (error.Error == CapnProtoError.OutOfSpace)
        {
            framed = [];
            return false;
        }
    }
}
