using System.Globalization;
using System.Text;
using K8sMediaFlow.CapnProto.Dynamic;

namespace K8sMediaFlow.CapnProto.Compiler;

/// <summary>Values as C# writes them.</summary>
internal static class Literals
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string String(string text)
    {
        var literal = new StringBuilder("\"");
        foreach (var one in text)
        {
            if (one is '"' or '\\')
                literal.Append('\\').Append(one);
            else if (char.IsAscii(one) && !char.IsControl(one))
                literal.Append(one);
            else
                literal.Append(CultureInfo.InvariantCulture, $"\\u{(int)one:x4}");
        }

        return literal.Append('"').ToString();
    }

    /// <summary>A span of UTF-8; as plain bytes if they are none.</summary>
    public static string Utf8(byte[] bytes)
    {
        try
        {
            return String(Strict.GetString(bytes)) + "u8";
        }
        catch (DecoderFallbackException)
        {
            return Bytes(bytes);
        }
    }

    public static string Bytes(byte[] bytes) => "[" + string.Join(", ", bytes) + "]";

    public static string Words(ulong[] words) => "[" + string.Join(", ", words.Select(TypeNames.Hex)) + "]";

    /// <param name="type">The C# type.</param>
    /// <param name="kind">A number, bool or enum.</param>
    /// <param name="bits">Its value.</param>
    public static string Number(string type, DynamicKind kind, ulong bits) => kind switch
    {
        DynamicKind.Bool => bits != 0 ? "true" : "false",
        DynamicKind.Float32 => Float(BitConverter.UInt32BitsToSingle((uint)bits)),
        DynamicKind.Float64 => Float(BitConverter.UInt64BitsToDouble(bits)),
        DynamicKind.Enum => $"({type}){bits}",
        DynamicKind.UInt8 or DynamicKind.UInt16 or DynamicKind.UInt32 or DynamicKind.UInt64 => TypeNames.Hex(bits),
        _ => $"unchecked(({type}){TypeNames.Hex(bits)})",
    };

    private static string Float(float value) => float.IsFinite(value)
        ? value.ToString("R", CultureInfo.InvariantCulture) + "f"
        : float.IsNaN(value) ? "float.NaN" : value > 0 ? "float.PositiveInfinity" : "float.NegativeInfinity";

    private static string Float(double value) => double.IsFinite(value)
        ? value.ToString("R", CultureInfo.InvariantCulture) + "d"
        : double.IsNaN(value) ? "double.NaN" : value > 0 ? "double.PositiveInfinity" : "double.NegativeInfinity";
}
