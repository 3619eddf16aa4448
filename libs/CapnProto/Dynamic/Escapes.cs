using System.Buffers;
using System.Buffers.Text;
using K8sMediaFlow.Primitives;

namespace K8sMediaFlow.CapnProto.Dynamic;

/// <summary>Strings in quotes: as C writes them for text, as JSON does for JSON.</summary>
internal static class Escapes
{
    private static readonly SearchValues<byte> SpecialInText = SearchValues.Create([.. Enumerable.Range(0, 32).Select(one => (byte)one),
        0x7f, .. "'\"\\"u8]);
    private static readonly SearchValues<byte> SpecialInData =
        SearchValues.Create([.. Enumerable.Range(0, 256).Select(one => (byte)one)
            .Where(one => one is < 0x20 or >= 0x7f || "'\"\\"u8.Contains(one))]);

    private static readonly SearchValues<byte> SpecialInJson = SearchValues.Create([.. Enumerable.Range(0, 32).Select(one => (byte)one),
        .. "\"\\"u8]);

    /// <summary>What is beyond ASCII stays as it is.</summary>
    public static void Text(RenderSink sink, ReadOnlySpan<byte> bytes, int bytesMax) => Quote(sink, bytes, bytesMax, SpecialInText, ForC);

    /// <summary>What is beyond ASCII is written by its number.</summary>
    public static void Data(RenderSink sink, ReadOnlySpan<byte> bytes, int bytesMax) => Quote(sink, bytes, bytesMax, SpecialInData, ForC);

    public static void Json(RenderSink sink, ReadOnlySpan<byte> bytes, int bytesMax)
    {
        var shown = bytes[..Cut.Length(bytes, bytesMax)];
        sink.Write("\""u8);
        Write(sink, shown, SpecialInJson, ForJson);
        if (shown.Length < bytes.Length)
            Cut.Mark(sink, bytes.Length - shown.Length, " bytes");
        sink.Write("\""u8);
    }

    public static void Base64(RenderSink sink, ReadOnlySpan<byte> bytes, int bytesMax)
    {
        sink.Write("\""u8);
        Span<byte> text = stackalloc byte[1024];
        var shown = bytes[..Math.Min(bytes.Length, bytesMax)];
        for (var rest = shown; !rest.IsEmpty && !sink.IsOver;)
        {
            System.Buffers.Text.Base64.EncodeToUtf8(rest, text, out var taken, out var written, isFinalBlock: rest.Length <= 768);
            Invariant.That(taken > 0);
            sink.Write(text[..written]);
            rest = rest[taken..];
        }

        End(sink, bytes.Length - shown.Length);
    }

    public static void Hex(RenderSink sink, ReadOnlySpan<byte> bytes, int bytesMax)
    {
        sink.Write("\""u8);
        var shown = Math.Min(bytes.Length, bytesMax);
        for (var index = 0; index < shown && !sink.IsOver; index++)
            sink.Write([Digit(bytes[index] >> 4), Digit(bytes[index] & 15)]);
        End(sink, bytes.Length - shown);
    }

    private static void Quote(RenderSink sink, ReadOnlySpan<byte> bytes, int bytesMax, SearchValues<byte> special,
        Action<RenderSink, byte> escape)
    {
        var shown = bytes[..Cut.Length(bytes, bytesMax)];
        sink.Write("\""u8);
        Write(sink, shown, special, escape);
        sink.Write("\""u8);
        if (shown.Length < bytes.Length)
            Cut.Mark(sink, bytes.Length - shown.Length, " bytes");
    }

    private static void End(RenderSink sink, int cutBytes)
    {
        if (cutBytes > 0)
            Cut.Mark(sink, cutBytes, " bytes");
        sink.Write("\""u8);
    }

    private static void Write(RenderSink sink, ReadOnlySpan<byte> bytes, SearchValues<byte> special, Action<RenderSink, byte> escape)
    {
        while (!bytes.IsEmpty && !sink.IsOver)
        {
            var plain = bytes.IndexOfAny(special);
            sink.Write(plain < 0 ? bytes : bytes[..plain]);
            if (plain < 0)
                return;
            escape(sink, bytes[plain]);
            bytes = bytes[(plain + 1)..];
        }
    }

    private static void ForC(RenderSink sink, byte value)
    {
        var index = "\a\b\f\n\r\t\v'\"\\"u8.IndexOf(value);
        if (index >= 0)
            sink.Write([(byte)'\\', "abfnrtv'\"\\"u8[index]]);
        else
            sink.Write([(byte)'\\', Digit(value >> 6), Digit((value >> 3) & 7), Digit(value & 7)]);
    }

    private static void ForJson(RenderSink sink, byte value)
    {
        var index = "\b\f\n\r\t\"\\"u8.IndexOf(value);
        if (index >= 0)
            sink.Write([(byte)'\\', "bfnrt\"\\"u8[index]]);
        else
            sink.Write([.. "\\u00"u8, Digit(value >> 4), Digit(value & 15)]);
    }

    private static byte Digit(int value) => "0123456789abcdef"u8[value];
}

/// <summary>What is not shown of a large value, said in its place.</summary>
internal static class Cut
{
    public static void Mark(RenderSink sink, int count, string unit)
    {
        sink.Write("… "u8);
        sink.Write((long)count);
        sink.Write(unit);
        sink.Write(" more"u8);
    }

    /// <summary>At most so many bytes, and no piece of a character at the end.</summary>
    public static int Length(ReadOnlySpan<byte> utf8, int bytesMax)
    {
        if (utf8.Length <= bytesMax)
            return utf8.Length;
        var length = bytesMax;
        while (length > 0 && bytesMax - length < 3 && (utf8[length] & 0xc0) == 0x80)
            length--;
        return length;
    }
}

/// <summary>Numbers with a fraction, as the reference prints them.</summary>
internal static class Numbers
{
    public static string Text(double value, bool isSingle) => value switch
    {
        double.NaN => "nan",
        double.PositiveInfinity => "inf",
        double.NegativeInfinity => "-inf",
        _ => (isSingle ? PrintfNumber.Single((float)value, 8) : PrintfNumber.Double(value)).Replace("+", "", StringComparison.Ordinal),
    };

    /// <summary>Outside JSON's numbers there are strings for what is none.</summary>
    public static string Json(double value) => value switch
    {
        double.NaN => "\"NaN\"",
        double.PositiveInfinity => "\"Infinity\"",
        double.NegativeInfinity => "\"-Infinity\"",
        _ => PrintfNumber.Double(value).Replace("+", "", StringComparison.Ordinal),
    };
}
