using System.Buffers;
using System.Globalization;
using System.Text;

namespace K8sMediaFlow.Protobuf;

/// <summary>Bounded output of text with indented lines.</summary>
internal sealed class TextOutput(IBufferWriter<byte> output, long limitBytes)
{
    private static readonly SearchValues<byte> Plain =
        SearchValues.Create([.. Enumerable.Range(0x20, 0x5f).Select(one => (byte)one).Where(one => !"'\"\\"u8.Contains(one))]);

    private long _writtenBytes;

    public int Indent { get; set; }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        _writtenBytes += bytes.Length;
        if (_writtenBytes > limitBytes)
            throw new ProtobufException($"rendered, the message has more than {limitBytes} bytes");
        output.Write(bytes);
    }

    public void Write(string text) => Write(Encoding.UTF8.GetBytes(text));

    public void Write(IFormattable number) => Write(number.ToString(null, CultureInfo.InvariantCulture));

    public void BeginLine()
    {
        for (var left = Indent * 2; left > 0; left -= 16)
            Write("                "u8[..Math.Min(16, left)]);
    }

    public void EndLine() => Write("\n"u8);

    /// <summary>In quotes; whatever is not printable ASCII as C writes it.</summary>
    public void Quote(ReadOnlySpan<byte> bytes)
    {
        Write("\""u8);
        while (!bytes.IsEmpty)
        {
            var special = bytes.IndexOfAnyExcept(Plain);
            Write(special < 0 ? bytes : bytes[..special]);
            if (special < 0)
                break;
            Escape(bytes[special]);
            bytes = bytes[(special + 1)..];
        }

        Write("\""u8);
    }

    private void Escape(byte value)
    {
        var index = "\n\r\t\"'\\"u8.IndexOf(value);
        if (index >= 0)
            Write([(byte)'\\', "nrt\"'\\"u8[index]]);
        else
            Write([(byte)'\\', (byte)('0' + (value >> 6)), (byte)('0' + ((value >> 3) & 7)), (byte)('0' + (value & 7))]);
    }
}
