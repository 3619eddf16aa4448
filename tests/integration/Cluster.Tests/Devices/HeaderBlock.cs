using System.Text;
using K8sMediaFlow.Pipelines.Graph;

namespace K8sMediaFlow.Cluster.Tests.Devices;

/// <summary>
/// The path in a block of HTTP/2 headers (RFC 7541), where the other end keeps no table of its own: who serves a gRPC call needs to know no
/// more.
/// </summary>
internal static class HeaderBlock
{
    private const int StaticPath = 4, StaticPathMax = 5, StaticMax = 61;
    private const byte Indexed = 0x80, Incremental = 0x40, TableSize = 0x20, Compressed = 0x80;

    // What paths are made of, by the length of its code; codes of one length follow each other in this order.
    private static readonly (int Bits, int First, string Symbols)[] Codes =
    [
        (5, 0b00000, "012aceiost"),
        (6, 0b010100, " %-./3456789=A_bdfghlmnpru"),
        (7, 0b1011100, ":BCDEFGHIJKLMNOPQRSTUVWYjkqvwxyz"),
        (8, 0b11111000, "&*,;XZ"),
    ];

    public static string Path(ReadOnlySpan<byte> block)
    {
        while (!block.IsEmpty)
        {
            var first = block[0];
            var name = Number(ref block, (first & Indexed) != 0 ? 7 : (first & Incremental) != 0 ? 6 : (first & TableSize) != 0 ? 5 : 4);
            if (name > StaticMax && (first & (Indexed | Incremental | TableSize)) != TableSize)
                throw new InvalidDataException($"header {name} is of a table that there is not");
            if ((first & Indexed) != 0 || (first & (Incremental | TableSize)) == TableSize)
                continue;
            if (name == 0)
                _ = Text(ref block);
            var value = Text(ref block);
            if (name is >= StaticPath and <= StaticPathMax)
                return value.IsCompressed ? Expand(value.Bytes) : Encoding.ASCII.GetString(value.Bytes);
        }
        throw new InvalidDataException("a call without a path");
    }

    /// <summary>A number that begins in the lower bits of an octet.</summary>
    private static int Number(ref ReadOnlySpan<byte> block, int bits)
    {
        var most = (1 << bits) - 1;
        var number = block[0] & most;
        block = block[1..];
        if (number < most)
            return number;
        for (var shift = 0; ; shift += 7)
        {
            var more = block[0];
            block = block[1..];
            number = checked(number + ((more & 0x7f) << shift));
            if ((more & 0x80) == 0)
                return number;
        }
    }

    private static LiteralText Text(ref ReadOnlySpan<byte> block)
    {
        var isCompressed = (block[0] & Compressed) != 0;
        var length = Number(ref block, 7);
        var text = new LiteralText(isCompressed, block[..length]);
        block = block[length..];
        return text;
    }

    private static string Expand(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        var (code, length) = (0, 0);
        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            (code, length) = (code << 1 | bytes[bit / 8] >> (7 - bit % 8) & 1, length + 1);
            foreach (var (bits, first, symbols) in Codes)
            {
                if (length != bits || code - first is not (>= 0 and var place) || place >= symbols.Length)
                    continue;
                text.Append(symbols[place]);
                (code, length) = (0, 0);
                break;
            }
        }
        // The rest of the last octet is ones.
        return length < 8 ? text.ToString() : throw new InvalidDataException($"a path that no method has: {text}…");
    }

    private readonly ref struct LiteralText(bool isCompressed, ReadOnlySpan<byte> bytes)
    {
        public bool IsCompressed { get; } = isCompressed;

        public ReadOnlySpan<byte> Bytes { get; } = bytes;
    }
}
