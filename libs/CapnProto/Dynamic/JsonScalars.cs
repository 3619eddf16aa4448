using System.Text;

namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>The parts of JSON that have no parts.</summary>
internal static class JsonScalars
{
    public static void Write(RenderSink sink, DynamicValue value)
    {
        value.RequireSound();
        switch (value.Kind)
        {
            case DynamicKind.Bool:
                sink.Write(value.AsBool ? "true"u8 : "false"u8);
                break;
            case DynamicKind.Float32 or DynamicKind.Float64:
                sink.Write(Numbers.Json(value.AsFloat64));
                break;
            case DynamicKind.Enum:
                Enum(sink, value.Type.Enum, value.AsUInt64);
                break;
            case DynamicKind.Int8 or DynamicKind.Int16 or DynamicKind.Int32:
                sink.Write(value.AsInt64);
                break;
            case DynamicKind.UInt8 or DynamicKind.UInt16 or DynamicKind.UInt32:
                sink.Write(value.AsUInt64);
                break;
            case DynamicKind.Int64 or DynamicKind.UInt64:
                Quoted(sink, value);
                break;
            default:
                sink.Write(Word(value.Kind));
                break;
        }
    }

    /// <summary>Data as an array of its bytes.</summary>
    public static void Write(RenderSink sink, ReadOnlySpan<byte> bytes, RenderOptions options)
    {
        sink.Write("["u8);
        var shown = Math.Min(bytes.Length, options.BytesMax);
        for (var index = 0; index < shown && !sink.IsOver; index++)
        {
            Comma(sink, index == 0, options.IsPretty);
            sink.Write((ulong)bytes[index]);
        }

        if (shown < bytes.Length)
        {
            Comma(sink, shown == 0, options.IsPretty);
            Mark(sink, bytes.Length - shown);
        }

        sink.Write("]"u8);
    }

    public static void Mark(RenderSink sink, int count)
    {
        sink.Write("\""u8);
        Cut.Mark(sink, count, "");
        sink.Write("\""u8);
    }

    public static void Name(RenderSink sink, string name, bool isPretty)
    {
        Escapes.Json(sink, Encoding.UTF8.GetBytes(name), int.MaxValue);
        sink.Write(isPretty ? ": "u8 : ":"u8);
    }

    public static void Tag(RenderSink sink, string name, string tag, bool isPretty)
    {
        Name(sink, name, isPretty);
        Escapes.Json(sink, Encoding.UTF8.GetBytes(tag), int.MaxValue);
    }

    private static void Comma(RenderSink sink, bool isFirst, bool isPretty)
    {
        if (!isFirst)
            sink.Write(isPretty ? ", "u8 : ","u8);
    }

    /// <summary>Readers of JSON round numbers of 64 bits.</summary>
    private static void Quoted(RenderSink sink, DynamicValue value)
    {
        sink.Write("\""u8);
        if (value.Kind == DynamicKind.Int64)
            sink.Write(value.AsInt64);
        else
            sink.Write(value.AsUInt64);
        sink.Write("\""u8);
    }

    private static void Enum(RenderSink sink, EnumSchema schema, ulong ordinal)
    {
        if (ordinal < (ulong)schema.JsonNames.Count)
            Escapes.Json(sink, Encoding.UTF8.GetBytes(schema.JsonNames[(int)ordinal]), int.MaxValue);
        else
            sink.Write(ordinal);
    }

    private static ReadOnlySpan<byte> Word(DynamicKind kind) => kind switch
    {
        DynamicKind.Void => "null"u8,
        DynamicKind.Interface => "\"<external capability>\""u8,
        DynamicKind.AnyPointer => "\"<opaque pointer>\""u8,
        _ => "null"u8,
    };
}
